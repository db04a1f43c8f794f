"""The demo's band: synthesis, instruments, drums and the songs they play."""
