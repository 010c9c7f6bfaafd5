"""Video through ffmpeg: the clip, the encoders, the process, and what it wrote."""
