"""What may be set about who is there: parties, what they have, what they speak, who can drive and who needs help."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from firesim.parameters import Fraction, NotNegative, Parameters

Sizes = tuple[Fraction, Fraction, Fraction, Fraction, Fraction]
Languages = tuple[Fraction, Fraction, Fraction]
Minutes = Annotated[float, Field(ge=0.0, le=600.0)]
Seats = Annotated[int, Field(ge=1, le=9)]


def _adds_up(shares: tuple[float, ...], of_what: str) -> None:
    if abs(sum(shares) - 1.0) > 1e-6:
        raise ValueError(f"the shares of {of_what} must add up to 1, not {sum(shares):g}")


class PartyParameters(Parameters):
    """Who is there and what they have. Marks: [Q] quoted, [R] recalled, [J] judgement."""

    # Greek households have some 2.5 members (census 2011, recalled); the shares are a judgement around that.
    resident_sizes: Sizes = Field(default=(0.26, 0.29, 0.20, 0.18, 0.07), description="parties of 1 to 5, shares")
    guest_sizes: Sizes = Field(default=(0.10, 0.50, 0.18, 0.17, 0.05), description="parties of 1 to 5; judgement")
    # 2,400 cars and 2,400 two-wheelers: 0.45 vehicles a resident, 0.15 a guest, half of them cars; staff have
    # none of their own in that sum (fleet_authored.csv, judgement). On beaches at noon: what is left of the fleet
    # when those in the settlements have theirs, 1,200 vehicles for 8,300 people.
    vehicles_per_resident: NotNegative = Field(default=0.45, description="cars and two-wheelers a person")
    vehicles_per_guest: NotNegative = 0.15
    vehicles_per_visitor: NotNegative = Field(default=0.145, description="of people on beaches")
    vehicles_per_staff: NotNegative = 0.0
    car_share: Fraction = Field(default=0.5, description="of vehicles; the rest are two-wheelers")
    seats_per_car: Seats = Field(default=5, description="fleet_authored.csv")
    seats_per_two_wheeler: Seats = Field(default=2, description="fleet_authored.csv")
    # 1-50 % with 10 % as the default: a judgement (8 % of the US public had an emergency app in 2012).
    app_fraction: Fraction = Field(default=0.10, description="parties with the app and a phone that is on")
    # What share of telephones a broadcast reaches (70-85 % of people) is the channel's, not counted twice here.
    phone_fraction: Fraction = Field(default=0.97, description="parties with a telephone about them; judgement")

    @field_validator("resident_sizes", "guest_sizes")
    @classmethod
    def _sizes_add_up(cls, sizes: Sizes) -> Sizes:
        _adds_up(sizes, "parties of 1 to 5")
        return sizes


class LanguageParameters(Parameters):
    """Which text a party understands. 112 is sent in Greek and English [Q].

    Each triple holds the shares of parties whose best language is Greek, English, another. Some 8 % of those
    counted in Greece in 2011 were foreign nationals [R], most of whom live in Greek; of the guests of the island
    no count by nation was found: [J].
    """

    resident_languages: Languages = Field(default=(0.95, 0.04, 0.01), description="Greek, English, other; [J]")
    guest_languages: Languages = Field(default=(0.25, 0.60, 0.15), description="Greek, English, other; [J]")
    visitor_languages: Languages = Field(default=(0.35, 0.50, 0.15), description="on beaches, as above; [J]")
    staff_languages: Languages = Field(default=(0.85, 0.10, 0.05), description="Greek, English, other; [J]")
    greeks_read_english_fraction: Fraction = Field(
        default=0.5, description="of parties whose best language is Greek: 51 % can hold a talk, Eurobarometer 386 [R]"
    )

    @field_validator("resident_languages", "guest_languages", "visitor_languages", "staff_languages")
    @classmethod
    def _languages_add_up(cls, shares: Languages) -> Languages:
        _adds_up(shares, "Greek, English and other")
        return shares


class NeedsParameters(Parameters):
    """Who is slow, who cannot leave without help, and who will not leave."""

    # At Rhodes in 2023 people went kilometres on foot with children and luggage (press) [Q].
    guest_luggage_fraction: Fraction = Field(default=0.3, description="of hotel guests take it along; [J]")
    # A quarter of households in the EU have children [R]; half of the parties of three or more then do, and in two
    # of five of those the youngest is too small to walk like a grown-up.
    small_children_fraction: Fraction = Field(default=0.2, description="of parties of three or more; [J]")
    # On level ground over some metres luggage slows nobody (Shi et al. 2020, abstract) [Q]; over kilometres: [J].
    luggage_speed_factor: Fraction = Field(default=0.9, gt=0.0, description="of the walking speed; [J]")
    children_speed_factor: Fraction = Field(default=0.8, gt=0.0, description="of the walking speed; [J]")
    # Parties of which nobody can drive or walk to a refuge. No Greek count was found: [J].
    resident_help_fraction: Fraction = Field(default=0.03, description="of parties cannot leave by themselves; [J]")
    guest_help_fraction: Fraction = Field(default=0.005, description="of hotel guests' parties; [J]")
    visitor_help_fraction: Fraction = Field(default=0.002, description="of parties on beaches; [J]")
    ambulance_fraction: Fraction = Field(default=0.2, description="of those need an ambulance, no lift will do; [J]")
    # Refusal is the end of the one scale of willingness: it takes nothing from those who heed an order.
    resident_refusal_fraction: Fraction = Field(default=0.05, description="stay whatever happens; [J]")
    guest_refusal_fraction: Fraction = Field(default=0.01, description="guests, visitors and staff; [J]")


class LiftParameters(Parameters):
    """Who takes whom along."""

    # In surveys after three Californian fires people were moderately to highly likely to share a ride, and cars
    # that left had room (Wong & Shaheen 2019, abstract) [Q]; the share is [J].
    lift_offered_fraction: Fraction = Field(default=0.5, description="of drivers take others of their zone along; [J]")
    lift_asks: int = Field(default=3, ge=1, le=20, description="drivers that a party without a car asks; [J]")
    lift_wait_min: Minutes = Field(default=10.0, description="that a party waits for its driver, then walks; [J]")
