"""The laws of fire: arrays in, arrays out."""
