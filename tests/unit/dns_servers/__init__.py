"""Tests of what DNS servers of the operator are told, with the real programs where they are installed."""
