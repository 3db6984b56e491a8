"""Tests that run in the lab, which must be up: `make distributed-faults`."""
