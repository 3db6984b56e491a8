# shellcheck shell=bash disable=SC2034
# The settings that every build for use shares; sourced by the scripts that build. docs/performance.md says what they
# give. Tests run on development builds, which keep the checks of exclusive access.
release_flags=(-c release --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked)
