import Testing

/// All tests that start servers. They run one at a time, so that two cores are enough.
@Suite(.serialized, .timeLimit(.minutes(90))) enum DiskTests {}
