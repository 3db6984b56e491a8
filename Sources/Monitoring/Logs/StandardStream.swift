internal import Foundation

/// Writing to a descriptor that this program did not open.
package enum StandardStream {
    /// Writes all of `text`, waiting where the descriptor does not block.
    ///
    /// - Returns: the error number of the first write that failed; nil when all was written.
    package static func write(_ text: String, to descriptor: Int32) -> Int32? {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if errno == EAGAIN || errno == EWOULDBLOCK {
                    // Whoever shares the terminal or pipe has made it non-blocking.
                    var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&room, 1, -1)
                } else if errno != EINTR {
                    return errno
                }
            }
            return nil
        }
    }

    /// Takes descriptors 0, 1 and 2 where they are closed, in the direction in which they cannot be used: the
    /// next file that is opened, a database for instance, would get the number and be written messages into.
    package static func occupyClosed() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
        where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}
