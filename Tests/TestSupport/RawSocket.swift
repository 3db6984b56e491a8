import Foundation

/// A failed call on a socket of a test.
package struct SocketFault: Error, CustomStringConvertible {
    /// The call that failed and the system's reason.
    package let description: String

    init(_ call: String) { description = "\(call): \(String(cString: strerror(errno)))" }
}

/// A plain blocking TCP connection, with which a test can send any bytes at any pace.
package final class RawConnection {
    private let descriptor: Int32

    /// Connects to a port of the loopback address. Reads give up after `timeoutSeconds`.
    ///
    /// - Parameter host: the last byte of the local address, 127.0.0.x.
    package init(port: Int, timeoutSeconds: Int = 20, from host: UInt32 = 1) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if host != 1 {
            var source = loopback(port: 0, host: host)
            let bound = withUnsafePointer(to: &source) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard bound == 0 else { throw SocketFault("bind") }
        }
        var address = loopback(port: port)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw SocketFault("connect") }
        setTimeout(seconds: timeoutSeconds)
    }

    init(accepted descriptor: Int32) {
        self.descriptor = descriptor
        setTimeout(seconds: 20)
    }

    deinit { Foundation.close(descriptor) }

    private func setTimeout(seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Sends all of `text`.
    package func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends all of `bytes`.
    package func send(_ bytes: [UInt8]) throws {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress! + done, $0.count - done, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw SocketFault("send") }
            done += count
        }
    }

    /// Sends byte by byte, each in its own packet.
    package func drip(_ text: String) throws {
        for byte in text.utf8 { try send([byte]) }
    }

    /// The next bytes; empty at the peer's end of sending.
    package func receive() throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw SocketFault("recv") }
        return Array(buffer.prefix(count))
    }

    /// Everything until the peer ends.
    package func receiveAll() throws -> String {
        var all: [UInt8] = []
        while case let bytes = try receive(), !bytes.isEmpty { all += bytes }
        return String(decoding: all, as: UTF8.self)
    }

    /// Bytes until `count` answers with a Content-Length (or none) have come.
    package func receiveReplies(_ count: Int) throws -> [RawReply] {
        var all: [UInt8] = []
        while true {
            let replies = RawReply.parse(all)
            if replies.count >= count { return replies }
            let bytes = try receive()
            if bytes.isEmpty { return replies }
            all += bytes
        }
    }

    /// Bytes until a blank line has come: a request's head, as a server of a test reads it.
    package func receiveHead() throws -> String {
        var all: [UInt8] = []
        while !String(decoding: all, as: UTF8.self).contains("\r\n\r\n") {
            let bytes = try receive()
            if bytes.isEmpty { break }
            all += bytes
        }
        return String(decoding: all, as: UTF8.self)
    }

    /// Ends sending; receiving continues.
    package func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes with a reset instead of an orderly end.
    package func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}

/// An answer as received.
package struct RawReply: Sendable {
    /// The status code.
    package let status: Int
    /// Names in lower case.
    package let headers: [String: String]
    /// The body as text.
    package let body: String
    /// The bytes of the body.
    package let bytes: [UInt8]

    /// The complete answers at the start of `bytes`. Answers without a body (1xx, HEAD) are detected by a
    /// missing Content-Length.
    static func parse(_ bytes: [UInt8]) -> [RawReply] {
        var replies: [RawReply] = []
        var rest = bytes[...]
        let blank = Array("\r\n\r\n".utf8)
        while let end = rest.firstRange(of: blank) {
            let lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self).components(
                separatedBy: "\r\n")
            var headers: [String: String] = [:]
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 {
                    headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
                }
            }
            let length = headers["content-length"].flatMap { Int($0) } ?? 0
            let body = rest[end.upperBound...]
            guard body.count >= length else { break }
            let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            replies.append(
                RawReply(
                    status: status, headers: headers,
                    body: String(decoding: body.prefix(length), as: UTF8.self),
                    bytes: Array(body.prefix(length))))
            rest = body.dropFirst(length)
        }
        return replies
    }

    /// The body as a JSON object.
    package var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
    }
}

/// A listening socket on a free port, whose connections a test serves in any way.
package final class RawListener: @unchecked Sendable {
    // Sendable: the descriptor is only handed to system calls, which are safe from any thread.
    private let descriptor: Int32
    /// The port, on the loopback address.
    package let port: Int

    /// Listens on a free port.
    package init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = loopback(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) | listen(descriptor, 64)
                    | getsockname(descriptor, pointer, &length)
            }
        }
        guard status == 0 else { throw SocketFault("listen") }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    /// Accepts connections on a separate thread until ``close()``, and serves each on another.
    package func serve(_ body: @escaping @Sendable (RawConnection) throws -> Void) {
        Thread.detachNewThread { [descriptor] in
            while true {
                let accepted = accept(descriptor, nil, nil)
                guard accepted >= 0 else { return }
                Thread.detachNewThread { try? body(RawConnection(accepted: accepted)) }
            }
        }
    }

    /// Ends accepting.
    package func close() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        Foundation.close(descriptor)
    }
}

/// Sends one request on a new connection and returns the answer.
package func request(
    _ method: String = "GET", _ target: String, port: Int, headers: [String: String] = [:], body: String = ""
) throws -> RawReply {
    try request(method, target, port: port, headers: headers, bytes: Array(body.utf8))
}

/// The same with a body that is no text.
package func request(
    _ method: String, _ target: String, port: Int, headers: [String: String] = [:], bytes body: [UInt8]
) throws -> RawReply {
    let connection = try RawConnection(port: port)
    var text = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    if !body.isEmpty { text += "Content-Length: \(body.count)\r\n" }
    try connection.send(Array((text + "\r\n").utf8) + body)
    guard let reply = try connection.receiveReplies(1).first else {
        throw SocketFault("no answer to \(target)")
    }
    return reply
}

private func loopback(port: Int, host: UInt32 = 1) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = (UInt32(0x7F00_0000) | host).bigEndian
    return address
}
