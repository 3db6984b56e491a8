"""The lab's cloud: EC2 by moto, with machines, a network and faults behind it."""
