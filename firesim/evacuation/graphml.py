"""A GraphML file as it is written: nodes and edges with their attributes as text, and the line of each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from firesim.inputs.problems import Problems


@dataclass(frozen=True)
class Attribute:
    """The text of one attribute and the line where it stands."""

    text: str
    line: int


@dataclass
class Element:
    """A node (`source` and `target` empty) or an edge."""

    name: str  # id of the node; of an edge, its id or key, or empty
    line: int
    source: str = ""
    target: str = ""
    is_directed: bool = True
    attributes: dict[str, Attribute] = field(default_factory=dict)

    @property
    def field(self) -> str:
        """How a problem names it."""
        is_edge = bool(self.source or self.target)
        return f"edge {self.source or '?'} -> {self.target or '?'}" if is_edge else f"node {self.name}".strip()


@dataclass
class GraphFile:
    """Everything of a GraphML file that is asked for."""

    file: str
    is_directed: bool = True
    graph: dict[str, str] = field(default_factory=dict)
    nodes: list[Element] = field(default_factory=list)
    edges: list[Element] = field(default_factory=list)
    edge_keys: set[str] = field(default_factory=set)  # names of attributes that edges may have


def read_graphml(path: Path, wanted: Collection[str], problems: Problems) -> GraphFile | None:
    """Read a GraphML file; of nodes and edges only the attributes in `wanted` are kept.

    Attribute values stay text, so a node called 007 stays 007; blanks around an id are no part of it. None with the
    problem noted when the file is missing, is no XML, is in an encoding that cannot be read, or does not hold just
    one graph.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        message = "There is no such file." if isinstance(error, FileNotFoundError) else f"{error.strerror}."
        problems.add("NETWORK", str(path), message, "Give a GraphML file.")
        return None
    reader = _Reader(str(path), set(wanted))
    try:
        reader.read(content)
    except expat.ExpatError as error:
        message = f"The file is not XML: {expat.ErrorString(error.code)}."
        problems.add("NETWORK", None, message, "Export it again as GraphML.", str(path), error.lineno)
        return None
    except EncodingError as error:
        message = f"The file is declared to be in the encoding {error}, which cannot be read."
        problems.add("NETWORK", None, message, "Save it again as UTF-8.", str(path), 1)
        return None
    if len(reader.graphs) != 1:
        message = f"The file holds {len(reader.graphs) or 'no'} GraphML graph{'s' if reader.graphs else ''}."
        remedy = "Export the network as one GraphML graph."
        line = reader.graphs[1] if reader.graphs else 1
        problems.add("NETWORK", None, message, remedy, str(path), line)
        return None
    return reader.found


class EncodingError(ValueError):
    """A file declares an encoding that cannot be read; tells its name."""


class _Reader:
    """Takes the elements as the parser meets them."""

    def __init__(self, file: str, wanted: set[str]) -> None:
        self.found = GraphFile(file)
        self.graphs: list[int] = []  # the line of each
        self._wanted = wanted
        self._keys: dict[str, tuple[str, str]] = {}  # id: (for, name)
        self._defaults: dict[str, str] = {}
        self._open: list[Element] = []
        self._key = ""  # of the data that is open
        self._defining: str | None = None  # the key that is open
        self._encoding: str | None = None
        self._line = 0
        self._text: list[str] | None = None
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.XmlDeclHandler = self._declare
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def read(self, content: bytes) -> None:
        try:
            self._parser.Parse(content, True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            if self._encoding is not None and _is_of_encoding(error):
                raise EncodingError(self._encoding) from error
            raise
        self._fill_in_defaults()

    def _declare(self, version: str, encoding: str | None, standalone: int) -> None:
        self._encoding = encoding

    def _start(self, tag: str, given: dict[str, str]) -> None:
        self._encoding = None  # it could be read
        kind, line = tag.rsplit(":", 1)[-1], self._parser.CurrentLineNumber
        if kind == "graph":
            self.graphs.append(line)
            self.found.is_directed = given.get("edgedefault", "directed") == "directed"
        elif kind == "key":
            name = given.get("attr.name", given.get("id", ""))
            self._defining = given.get("id", "")
            self._keys[self._defining] = (given.get("for", "all"), name)
            if self._keys[self._defining][0] in ("edge", "all"):
                self.found.edge_keys.add(name)
        elif kind == "node":
            self._open.append(Element(given.get("id", "").strip(), line))
            self.found.nodes.append(self._open[-1])
        elif kind == "edge":
            ends = given.get("source", "").strip(), given.get("target", "").strip()
            self._open.append(Element(given.get("id", ""), line, *ends, given.get("directed", "true") != "false"))
            self.found.edges.append(self._open[-1])
        elif kind == "data":
            self._key, self._line, self._text = given.get("key", ""), line, []
        elif kind == "default" and self._defining is not None:
            self._text = []

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        kind = tag.rsplit(":", 1)[-1]
        if kind in ("node", "edge"):
            self._open.pop()
        elif kind == "key":
            self._defining = None
        elif kind == "default" and self._defining is not None and self._text is not None:
            self._defaults[self._defining], self._text = "".join(self._text).strip(), None
        elif kind == "data" and self._text is not None:
            text, self._text = "".join(self._text).strip(), None
            name = self._keys.get(self._key, ("", self._key))[1]
            if not self._open:
                self.found.graph[name] = text
            elif name in self._wanted:
                self._open[-1].attributes[name] = Attribute(text, self._line)

    def _fill_in_defaults(self) -> None:
        for key, text in self._defaults.items():
            whose, name = self._keys[key]
            if name not in self._wanted:
                continue
            for kind, elements in (("node", self.found.nodes), ("edge", self.found.edges)):
                for element in elements if whose in (kind, "all") else ():
                    element.attributes.setdefault(name, Attribute(text, element.line))


def _is_of_encoding(error: Exception) -> bool:
    """The parser asks Python for a codec, which may raise LookupError or ValueError, and may find it of no use."""
    if isinstance(error, expat.ExpatError):
        return bool(expat.ErrorString(error.code) == expat.errors.XML_ERROR_UNKNOWN_ENCODING)
    return True
