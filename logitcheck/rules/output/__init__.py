"""LC2xx: are the measured values what the output promises?"""
