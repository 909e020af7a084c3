"""Rehearse a sequence against a local Azure before it touches a real one."""
