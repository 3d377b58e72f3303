"""The only way across from the world to the centre and back."""
