"""The rooms behind `main.py`: one noun per module, one module per outside thing."""
