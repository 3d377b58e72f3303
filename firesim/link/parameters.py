"""What a researcher may set about the link: the scenario's `link:` block.

Latency of any radio is seconds at most and detection is minutes; what decides is coverage behind terrain, a
mast that the fire takes, and a mast full of camera video. So those are the parameters worth a study.

Marks: [Q] quoted from a source, [R] recalled and not read again, [J] a judgement.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from firesim.inputs.problems import Contradiction
from firesim.parameters import Fraction, NotNegative, Parameters, Positive


class LinkKind(Parameters):
    """How one kind of connection carries a message. Latency is drawn evenly between its two ends."""

    latency_min_s: NotNegative
    latency_max_s: NotNegative
    loss_fraction: Fraction = Field(description="chance that one attempt fails in spite of coverage")
    retries: int = Field(ge=0, description="further attempts after the first")
    retry_wait_s: NotNegative = Field(description="from one attempt to the next")
    rate_bit_s: Positive = Field(description="what a mast (or a line) carries of this kind, one message after another")
    overhead_bytes: int = Field(default=100, ge=0, description="headers around each message")  # [J] IP, TCP, TLS, MQTT

    @model_validator(mode="after")
    def _latency_in_order(self) -> LinkKind:
        if self.latency_max_s < self.latency_min_s:
            message = f"is below latency_min_s = {self.latency_min_s:g}"
            raise Contradiction(message, "latency_max_s", "Exchange the two.")
        return self


class RadioKind(LinkKind):
    """A connection over a mast: it needs enough power at the receiver."""

    frequency_ghz: float = Field(ge=0.1, le=100.0)
    eirp_dbm: float | None = Field(description="of the weaker side; None: the mast's own reference signal")
    threshold_dbm: float = Field(description="least power that still works")


class Wired(LinkKind):
    """Telephone and internet lines between buildings."""

    latency_min_s: NotNegative = 0.01  # [J]
    latency_max_s: NotNegative = 0.05  # [J]
    loss_fraction: Fraction = 0.0  # [J] lines are repaired or cut, they do not drop messages
    retries: int = Field(default=0, ge=0)
    retry_wait_s: NotNegative = 0.0
    rate_bit_s: Positive = 100e6  # [J]


class FiveG(RadioKind):
    """Telephones, cameras, drones: the low band, which is what reaches beyond the next hill.

    Sites carry 3.5 GHz besides, which is faster and hardly reaches a kilometre out of sight.
    """

    latency_min_s: NotNegative = 0.005  # [Q] single to low double-digit ms in real deployments
    latency_max_s: NotNegative = 0.05  # [Q] same; 50 ms is the bound for piloting a drone
    loss_fraction: Fraction = 0.01  # [J] after the radio's own repetition
    retries: int = Field(default=3, ge=0)  # [J]
    retry_wait_s: NotNegative = 1.0  # [J] first repetition of TCP
    rate_bit_s: Positive = 50e6  # [J] uplink of one site shared by all
    frequency_ghz: float = Field(default=0.7, ge=0.1, le=100.0)  # [R] band n28, the European coverage band of 5G
    eirp_dbm: float | None = None
    threshold_dbm: float = -115.0  # [R] RSRP: -110 is called poor, below -120 there is no service


class LoRa(RadioKind):
    """Nodes in the trees, which sleep most of the time and speak slowly; straight to a mast, without a mesh."""

    latency_min_s: NotNegative = 1.0  # [J]
    latency_max_s: NotNegative = 10.0  # [Q] NB-IoT exception report, up to 10 s
    loss_fraction: Fraction = 0.1  # [J]
    retries: int = Field(default=3, ge=0)  # [J]
    retry_wait_s: NotNegative = 10.0  # [J]
    rate_bit_s: Positive = 980.0  # [R] LoRa spreading factor 10, 125 kHz
    overhead_bytes: int = Field(default=13, ge=0)  # [R] LoRaWAN
    frequency_ghz: float = Field(default=0.868, ge=0.1, le=100.0)  # [R] European band for such devices
    eirp_dbm: float | None = 14.0  # [R] legal limit in that band
    threshold_dbm: float = -132.0  # [R] receiver sensitivity at spreading factor 10


class Tetra(RadioKind):
    """The fire service's own radio, from its vehicles."""

    latency_min_s: NotNegative = 0.3  # [R] call set-up
    latency_max_s: NotNegative = 2.0  # [J]
    loss_fraction: Fraction = 0.02  # [J]
    retries: int = Field(default=3, ge=0)  # [J]
    retry_wait_s: NotNegative = 5.0  # [J] somebody says it again
    rate_bit_s: Positive = 4800.0  # [R] one slot, lightly protected data
    overhead_bytes: int = Field(default=30, ge=0)  # [J] TETRA short data
    frequency_ghz: float = Field(default=0.39, ge=0.1, le=100.0)  # [R]; below the range of TR 38.901
    eirp_dbm: float | None = 40.0  # [R] a 10 W vehicle set; a 1 W hand-held has 30
    threshold_dbm: float = -103.0  # [R] dynamic sensitivity of a base station


class LinkParameters(Parameters):
    """The network of a scenario."""

    masts: str = Field(default="masts.csv", description="table of masts, relative to the scenario file")
    path_loss: Literal["uma", "rma"] = Field(default="uma", description="3GPP TR 38.901 urban or rural macro cell")
    shadowing: bool = Field(default=True, description="places differ by chance: 4 dB in sight, 6 dB out of sight")
    phone_height_m: Positive = 1.5
    least_share: Fraction = Field(default=0.05, gt=0.0, description="of a mast's rate that video leaves to messages")
    extra_loss_fraction: Fraction = Field(default=0.0, description="a study factor: attempts fail so often besides")
    latency_factor: NotNegative = Field(default=1.0, description="a study factor: every latency times this")
    wired: Wired = Wired()
    five_g: FiveG = FiveG()
    lora: LoRa = LoRa()
    tetra: Tetra = Tetra()

    def radios(self) -> dict[str, RadioKind]:
        """The kinds that need a mast."""
        return {"5g": self.five_g, "lora": self.lora, "tetra": self.tetra}
