"""The rooms, one story a file. A story has a function `record(recording)`."""
