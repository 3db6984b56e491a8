internal import Foundation

/// The process' own memory, processor time and open files, under Prometheus' standard names.
enum ProcessFigures {
    private static let startSeconds = Date().timeIntervalSince1970

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
        if let fields = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(
            separator: " "),
            fields.count > 1, let pages = Double(fields[1])
        {
            samples.append(
                MetricSample(
                    "process_resident_memory_bytes", .gauge, pages * Double(getpagesize()),
                    help: "Memory in use, in bytes."))
        }
        if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            samples.append(
                MetricSample("process_open_fds", .gauge, Double(files.count), help: "Open file descriptors."))
        }
        return samples
    }
}
