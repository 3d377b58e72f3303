"""The fields of a file against their model: what is wrong, in words, and what can be read all the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from firesim.inputs.problems import Contradiction, Problem, nearest
from firesim.inputs.text import FieldsText, Way

Fields = TypeVar("Fields", bound=BaseModel)
Readable = Mapping[str, Any]  # the blocks of a file that can be read, by name

Words = Callable[[Mapping[str, Any]], str]

_WORDS: dict[str, Words] = {
    "greater_than": lambda c: f"must be above {c['gt']:g}.",
    "greater_than_equal": lambda c: f"must be at least {c['ge']:g}.",
    "less_than": lambda c: f"must be below {c['lt']:g}.",
    "less_than_equal": lambda c: f"must be at most {c['le']:g}.",
    "literal_error": lambda c: f"must be one of {c['expected']}.",
    "value_error": lambda c: f"{c['error']}.",
    "float_type": lambda c: "must be a number.",
    "float_parsing": lambda c: "must be a number.",
    "finite_number": lambda c: "must be a finite number.",
    "int_type": lambda c: "must be a whole number.",
    "int_parsing": lambda c: "must be a whole number.",
    "int_from_float": lambda c: "must be a whole number.",
    "bool_type": lambda c: "must be true or false.",
    "bool_parsing": lambda c: "must be true or false.",
    "string_type": lambda c: "must be text.",
    "model_type": lambda c: "must be a block of fields.",
    "dict_type": lambda c: "must be a block of fields.",
    "tuple_type": lambda c: "must be a list.",
    "list_type": lambda c: "must be a list.",
    "too_short": lambda c: f"must hold at least {c['min_length']}.",
    "too_long": lambda c: f"must hold at most {c['max_length']}.",
    "string_too_short": lambda c: "must not be empty.",
    "string_pattern_mismatch": lambda c: f"must match the pattern {c['pattern']}.",
    "extra_forbidden": lambda c: "is not a field of this block.",
    "missing": lambda c: "is missing.",
}


def read_fields(text: FieldsText, model: type[Fields]) -> tuple[Fields | None, Readable, list[Problem]]:
    """The fields of a file, or None with what is wrong with them.

    The blocks that can be read come along either way, so that the files they name can be checked in the same
    breath. A wrong field is left out of its block for that, and only for that: nothing is run from it.
    """
    try:
        fields = model.model_validate(text.content)
    except ValidationError as error:
        return None, _readable(text, model, error), problems_of(error, text, model)
    return fields, {name: getattr(fields, name) for name in model.model_fields}, []


def problems_of(error: ValidationError, text: FieldsText, model: type[BaseModel], above: Way = ()) -> list[Problem]:
    """What pydantic found in the fields of a model, as a person would say it; `above` is the way to the model."""
    found: dict[Way, tuple[list[str], str, Any]] = {}
    for item in error.errors():
        way = _way(item["loc"], text.value_of(above), item["type"] == "missing")
        contradiction = item.get("ctx", {}).get("error")
        if isinstance(contradiction, Contradiction) and contradiction.field:
            way = (*way, *contradiction.field.split("."))
        messages, _, _ = found.setdefault((*above, *way), ([], _remedy(item, way, model), item["input"]))
        message = _message(item)
        if message not in messages:
            messages.append(message)
    problems = []
    for way, (messages, remedy, value) in found.items():
        if any(len(other) > len(way) and other[: len(way)] == way for other in found):
            continue  # of another member of a union: what was written is the member that has something wrong inside
        # Each member of a union has its say: one sentence for the value as a whole.
        message = " or ".join(m.removesuffix(".").removeprefix("must be ") if n else m.removesuffix(".")
                              for n, m in enumerate(messages)) + "."  # fmt: skip
        written = None if isinstance(value, Mapping) else value
        problems.append(text.problem(way, message, remedy, text.value_of(way, written)))
    return problems


def _message(item: Any) -> str:
    words = _WORDS.get(item["type"])
    message: str = item["msg"]
    return words(item.get("ctx", {})) if words else message[0].lower() + message[1:] + "."


def _way(location: Way, content: Any, is_missing: bool) -> Way:
    """A location of pydantic's without its own names for the members of a union."""
    way: list[str | int] = []
    for number, step in enumerate(location):
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            if is_missing and number == len(location) - 1:
                way.append(step)
            continue  # its name for a member of a union
        way.append(step)
    return tuple(way)


def _remedy(item: Any, way: Way, model: type[BaseModel]) -> str:
    """What to do about it."""
    contradiction = item.get("ctx", {}).get("error")
    if isinstance(contradiction, Contradiction):
        return contradiction.remedy
    kind, value = item["type"], item["input"]
    if kind == "extra_forbidden":
        return nearest(str(way[-1]), field_names(model, way[:-1]))
    if kind == "literal_error":
        expected = [word.strip(" '") for word in item["ctx"]["expected"].replace(" or ", ", ").split(",")]
        return nearest(str(value), expected)
    if kind == "less_than_equal" and item["ctx"]["le"] == 1.0 and 1.0 < float(value) <= 100.0:
        return f"A fraction is wanted, not a percentage: write {value:g} % as {value / 100.0:g}."
    meaning = _field(model, way)
    if meaning is not None and meaning.description:
        return f"It means: {meaning.description}."
    described_in = getattr(model, "described_in", "`firesim schema`")
    if kind == "missing":
        return f"Write it; {described_in} lists every field."
    return f"Units stand in the names of fields; {described_in} describes each."


# --- the model's own fields ---------------------------------------------------------------------------------


def field_names(model: type[BaseModel], way: Way) -> list[str]:
    """Names of the fields of the block at `way` below a model; empty when it is no block."""
    kind: Any = model
    for step in way:
        kind = _below(kind, step)
    return next((list(block.model_fields) for block in _blocks(kind)), [])


def _field(model: type[BaseModel], way: Way) -> FieldInfo | None:
    """The field that a way leads to, or the one that holds the item of a list that it leads to."""
    kind: Any = model
    found: FieldInfo | None = None
    for step in way:
        for block in _blocks(kind):
            found = block.model_fields.get(str(step), found)
        kind = _below(kind, step)
    return found


def _blocks(kind: Any) -> list[type[BaseModel]]:
    """The models that an annotation allows."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    if get_origin(kind) in (Union, UnionType, Annotated):
        return [block for part in get_args(kind) for block in _blocks(part)]
    return []


def _below(kind: Any, step: str | int) -> Any:
    """The annotation of a field of a model, of an item of a list or of a value of a mapping; None: there is none."""
    for block in _blocks(kind):
        if step in block.model_fields:
            return block.model_fields[str(step)].annotation
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType, Annotated):
        return next((below for part in parts if (below := _below(part, step)) is not None), None)
    if origin in (tuple, list) and isinstance(step, int):
        return parts[0] if origin is list or Ellipsis in parts else next(iter(parts[step : step + 1]), None)
    return parts[1] if origin is dict else None


# --- what can be read all the same --------------------------------------------------------------------------


def _readable(text: FieldsText, model: type[BaseModel], error: ValidationError) -> Readable:
    """Every block that can be read once what pydantic found wrong is left out."""
    content = deepcopy(dict(text.content))
    for item in error.errors():
        is_missing = item["type"] == "missing"
        way = _way(item["loc"], text.content, is_missing)
        _leave_out(content, way[:-1] if is_missing else way)
    blocks = {}
    for name, info in model.model_fields.items():
        annotation: Any = info.annotation
        try:
            if name in content:
                blocks[name] = TypeAdapter(annotation).validate_python(content[name])
            elif not info.is_required():
                blocks[name] = info.get_default(call_default_factory=True, validated_data={})
        except ValidationError:
            continue
    return blocks


def _leave_out(content: Any, way: Way) -> None:
    """Take out the field at a way; of a list, the whole list."""
    holder, name = None, None
    for step in way:
        if isinstance(content, list | tuple):
            break
        if not isinstance(content, Mapping) or step not in content:
            return  # left out already
        holder, name, content = content, step, content[step]
    if isinstance(holder, dict):
        holder.pop(name, None)
