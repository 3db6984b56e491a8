import Testing

/// All tests that start servers. One after the other, so that a machine of two cores is never crowded.
@Suite(.serialized, .timeLimit(.minutes(90))) enum DiskTests {}
