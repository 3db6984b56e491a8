internal import Foundation

/// The process' own memory, processor time, threads and open files, under Prometheus' standard names.
enum ProcessFigures {
    private static let startSeconds = Date().timeIntervalSince1970

    /// Takes the time as the process' start, the first time it is called.
    static func noteStart() { _ = startSeconds }

    static func samples() -> [MetricSample] {
        var usage = rusage()
        // Glibc declares the constant as an enumeration and the parameter as an integer.
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let seconds = { (time: timeval) in Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        var samples = [
            MetricSample(
                "process_cpu_seconds_total", .counter, seconds(usage.ru_utime) + seconds(usage.ru_stime),
                help: "Processor time used, in seconds."),
            MetricSample(
                "process_start_time_seconds", .gauge, startSeconds, help: "Start, in seconds since 1970."),
        ]
        // The kernel's own account; absent where there is no /proc.
        if let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) {
            let pages = text.split(separator: " ").compactMap { Double($0) }
            if pages.count > 1 {
                samples += [
                    MetricSample(
                        "process_resident_memory_bytes", .gauge, pages[1] * Double(getpagesize()),
                        help: "Memory in use, in bytes."),
                    MetricSample(
                        "process_virtual_memory_bytes", .gauge, pages[0] * Double(getpagesize()),
                        help: "Address space in use, in bytes."),
                ]
            }
        }
        for (name, folder, help) in [
            ("process_threads", "/proc/self/task", "Threads of the process."),
            ("process_open_fds", "/proc/self/fd", "Open file descriptors."),
        ] {
            guard let entries = try? FileManager.default.contentsOfDirectory(atPath: folder) else { continue }
            samples.append(MetricSample(name, .gauge, Double(entries.count), help: help))
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            samples.append(
                MetricSample(
                    "process_max_fds", .gauge, Double(limit.rlim_cur),
                    help: "File descriptors that may be open."))
        }
        return samples
    }
}
