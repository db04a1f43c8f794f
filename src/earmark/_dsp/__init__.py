"""Signal processing on plain arrays: what librosa computes, in NumPy and scipy.fft only."""
