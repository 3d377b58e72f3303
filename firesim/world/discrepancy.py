"""How the true fire differs from what anyone can forecast; no message carries any of this.

Laws are shared between the truth and the forecast, the truth's inputs are not: the ground burns faster here
and slower there than its fuel model says, the wind blows from a little elsewhere and in gusts, and some
patches hold another fuel than the map's. Each part has a luck of its own and can be switched off by a zero,
so that a study can ask what each of them costs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from firesim.parameters import Fraction, NotNegative, Parameters, Positive
from firesim.streams import Luck

Field2D = NDArray[np.float32]

_KERNEL_REACH = 3.0  # a Gaussian is below 1.2 % of its peak beyond three standard deviations


class DiscrepancyParameters(Parameters):
    """Study factors of the hidden discrepancy. Zero switches a part off.

    `spread_multiplier_sd` is the standard deviation of the natural logarithm of the rate multiplier, whose
    median is 1: two thirds of the ground burns between 0.70 and 1.42 times as fast as its fuel model says.
    Cruz & Alexander 2013 call an error of 35 % in a spread prediction reasonable; half of their data sets
    erred by 51 to 75 %. All other defaults are judgements.
    """

    spread_multiplier_sd: NotNegative = 0.35
    correlation_length_m: Positive = Field(
        default=1000.0, description="distance at which the log multiplier's correlation falls to 1/e [m]; judgement"
    )
    wind_bias_sd_deg: NotNegative = Field(default=10.0, description="error of direction, held for the run; judgement")
    gust_sd: NotNegative = Field(
        default=0.10, description="of the log of the ten-minute wind about the hour's wind; judgement"
    )
    gust_correlation_s: Positive = Field(default=1800.0, description="e-folding time of the gust series; judgement")
    fuel_error_fraction: Fraction = Field(default=0.05, description="share of ground in wrong-fuel patches; judgement")
    fuel_patch_m: Positive = Field(default=250.0, description="correlation length of those patches [m]; judgement")

    @classmethod
    def none(cls) -> DiscrepancyParameters:
        """The truth as the forecast's twin: for tests and for studies of what the discrepancy costs."""
        return cls(spread_multiplier_sd=0.0, wind_bias_sd_deg=0.0, gust_sd=0.0, fuel_error_fraction=0.0)


def correlated_normal_field(
    shape: tuple[int, int], cell_size_m: float, correlation_length_m: float, luck: Luck, purpose: str
) -> Field2D:
    """Standard normal numbers on a grid, alike nearby and independent far away.

    Parameters
    ----------
    shape
        Rows and columns.
    cell_size_m, correlation_length_m
        Correlation at distance d is exp(-(d / correlation_length)**2). [m]
    luck, purpose
        Whose luck, and for what; the same pair gives the same field.

    Returns
    -------
    float32 [y, x], mean 0 and standard deviation 1 over many replicates (one field's own differ from them
    when the grid is only a few correlation lengths wide).

    Notes
    -----
    White noise smoothed with a Gaussian of half the correlation length: two such kernels convolved give the
    correlation above. Done by the Fourier transform on a grid padded by the kernel's reach, so that opposite
    edges are independent; exact normalisation, not by the sample's own deviation.
    """
    from scipy import fft

    sd_cells = correlation_length_m / (2.0 * cell_size_m)
    padding = int(np.ceil(2.0 * _KERNEL_REACH * sd_cells))
    rows, columns = (fft.next_fast_len(size + padding, real=True) for size in shape)
    noise = luck.generator(purpose).standard_normal((rows, columns), dtype=np.float32)
    kernel_y, kernel_x = _smoothing_spectrum(rows, sd_cells), _smoothing_spectrum(columns, sd_cells)
    spectrum = fft.rfft2(noise, workers=1)
    spectrum *= kernel_y[:, None]
    spectrum *= kernel_x[None, : spectrum.shape[1]]
    smooth = fft.irfft2(spectrum, s=(rows, columns), workers=1)
    return np.ascontiguousarray(smooth[: shape[0], : shape[1]], dtype=np.float32)


def _smoothing_spectrum(size: int, sd_cells: float) -> Field2D:
    """Transform of a Gaussian kernel that keeps the variance of white noise at 1 along one axis."""
    frequency = np.fft.fftfreq(size)
    response = np.exp(-2.0 * (np.pi * frequency * sd_cells) ** 2)
    return np.asarray(response / np.sqrt(np.mean(response**2)), dtype=np.float32)


def spread_multiplier(
    shape: tuple[int, int], cell_size_m: float, parameters: DiscrepancyParameters, luck: Luck
) -> Field2D | float:
    """By how much faster than its fuel model the ground burns; median 1. [y, x], or 1.0 when switched off."""
    if parameters.spread_multiplier_sd == 0.0:
        return 1.0
    field = correlated_normal_field(shape, cell_size_m, parameters.correlation_length_m, luck, "spread multiplier")
    return np.asarray(np.exp(np.float32(parameters.spread_multiplier_sd) * field))


def true_fuel_model(
    fuel_model: NDArray[np.int16],
    is_burnable: NDArray[np.bool_],
    alternative: NDArray[np.int16] | None,
    cell_size_m: float,
    parameters: DiscrepancyParameters,
    luck: Luck,
) -> NDArray[np.int16]:
    """The fuel that is really there: the map's, but for patches where the map errs.

    `fuel_model` is what the map says, int16 [y, x]. `is_burnable` says where fuel burns: what does not (sea,
    bare rock, streets) is never mistaken. `alternative` is the other reading of the land cover, int16 [y, x],
    or None when there is none.

    Returns int16 [y, x]. In a wrong patch the other reading of the land cover holds; where both readings agree, the
    fuel found a patch's width away does (borders between classes are drawn in the wrong place). A patch in
    the middle of one wide class whose readings agree keeps its fuel.
    """
    if parameters.fuel_error_fraction == 0.0:
        return fuel_model
    field = correlated_normal_field(fuel_model.shape, cell_size_m, parameters.fuel_patch_m, luck, "fuel patches")
    from scipy.special import ndtri

    is_wrong = is_burnable & (field > ndtri(1.0 - parameters.fuel_error_fraction))
    neighbour = _fuel_nearby(fuel_model, is_burnable, parameters.fuel_patch_m / cell_size_m, luck)
    other = neighbour if alternative is None else np.where(alternative != fuel_model, alternative, neighbour)
    return np.where(is_wrong, other, fuel_model).astype(np.int16)


def _fuel_nearby(
    fuel_model: NDArray[np.int16], is_burnable: NDArray[np.bool_], distance_cells: float, luck: Luck
) -> NDArray[np.int16]:
    """The fuel one patch away in a direction drawn for the run; a cell's own where that does not burn. [y, x]"""
    angle = 2.0 * np.pi * luck.uniform("fuel patches", "direction")
    step: tuple[Any, Any] = (round(distance_cells * np.sin(angle)), round(distance_cells * np.cos(angle)))
    rows = np.clip(np.arange(fuel_model.shape[0]) + step[0], 0, fuel_model.shape[0] - 1)
    columns = np.clip(np.arange(fuel_model.shape[1]) + step[1], 0, fuel_model.shape[1] - 1)
    nearby, burns = fuel_model[np.ix_(rows, columns)], is_burnable[np.ix_(rows, columns)]
    return np.where(burns, nearby, fuel_model)
