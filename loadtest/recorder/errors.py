class RecordingError(Exception):
    """Something that the person who runs the recorder should read."""
