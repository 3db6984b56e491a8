import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Usage, help and settings.
    @Suite struct CommandLineTests {
        private static let commonOptions = [
            "--config", "--output", "--settings", "--log-level", "--log-format", "--token-file",
        ]
        private static let optionsOfCommand: [(command: String, options: [String])] = [
            ("up", ["--data", "--books", "--log-queries"]),
            ("catalog", ["--data", "--books", "--log-queries", "--index", "--bind", "--private-webhooks"]),
            ("order", ["--data", "--index", "--bind"]),
            ("frontend", ["--index", "--bind"]),
            ("acceptance", ["--frontend", "--logs"]),
            ("bench", ["--frontend", "--rate", "--fail-if", "--html"]),
            ("client search", ["--frontend"]), ("client lookup", ["--frontend"]),
            ("client buy", ["--frontend", "--key"]),
            ("keeper add", ["--role", "--password-file", "--frontend", "--json"]),
            ("keeper list", ["--frontend", "--json"]),
            ("webhook add", ["--frontend", "--secret-file", "--kinds", "--after"]),
            ("webhook list", ["--json"]),
            ("webhook resend", ["--frontend"]), ("config", []),
        ]
        /// Those of commands that take no common ones.
        private static let ownOptionsOfCommand: [(command: String, options: [String])] = [
            ("demo", ["--keep", "--port"])
        ]

        @Test func explainsEveryCommand() async throws {
            try await withTemporaryFolder { folder in
                let whole = try await bookstore("--help", in: folder)
                #expect(whole.status == 0)
                let withCommon = Self.optionsOfCommand.map { ($0, Self.commonOptions + $1) }
                for (command, options) in withCommon + Self.ownOptionsOfCommand {
                    let words = command.split(separator: " ").map(String.init)
                    #expect(whole.output.contains(try #require(words.first)))
                    let help = try await run(Program.bookstore, words + ["--help"], in: folder)
                    #expect(help.status == 0)
                    for option in options {
                        #expect(help.output.contains(option), "\(command): \(option)")
                    }
                }
                #expect(try await bookstore("--version", in: folder).output == "1.0.0\n")
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: folder).allSatisfy {
                        $0.hasPrefix("run-")
                    })
            }
        }

        @Test(arguments: [
            "nonsense", "up --nonsense", "catalog extra", "client", "client lookup",
            "client buy 1 --key a\u{1}b",
            "client lookup 1 --frontend nonsense", "acceptance --frontend 1:2:3", "catalog --index x",
            "up --data",
        ])
        func tellsWrongUsage(line: String) async throws {
            try await withTemporaryFolder { folder in
                let run = try await run(
                    Program.bookstore, line.split(separator: " ").map(String.init), in: folder)
                if line == "client" {
                    // A group without a command lists its commands.
                    #expect(run.status == 0 && run.output.contains("SUBCOMMANDS"))
                } else {
                    #expect(run.status == 64, "\(run.status) \(run.errors)")
                    #expect(run.errors.contains("Error: "), "\(run.errors)")
                }
            }
        }

        /// Flags override the environment, the settings file and the defaults, in this order. `config` shows the source.
        @Test func showsWhereSettingsComeFrom() async throws {
            try await withTemporaryFolder { folder in
                let text =
                    #"{"output": "from-file", "data": "lost", "log": {"level": "error", "format": "json"}}"#
                try text.write(toFile: folder + "/settings.json", atomically: true, encoding: .utf8)
                let run = try await bookstore(
                    "config", "--settings", "settings.json", "--log-level", "debug", in: folder,
                    environment: ["BOOKSTORE_LOG_LEVEL": "trace", "BOOKSTORE_DATA": "from-environment"])
                #expect(run.status == 0, "\(run.errors)")
                let lines = run.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
                for (setting, value, source) in [
                    ("log.level", "debug", "command line"), ("data", "from-environment", "environment"),
                    ("output", "from-file", "settings.json"), ("log.format", "json", "settings.json"),
                    ("log.queries", "all", "default"), ("books", "(none)", "default"),
                ] {
                    let index = try #require(lines.firstIndex(of: "\(setting) = \(value)"), "\(run.output)")
                    #expect(lines[index + 2].hasPrefix("from: \(source);"), "\(lines[index + 2])")
                }
                #expect(lines.contains("server frontend 0: 127.0.0.1:8000"))
                let named = try await bookstore(
                    "config", in: folder, environment: ["BOOKSTORE_SETTINGS": "settings.json"])
                #expect(named.output.contains("output = from-file"))
            }
        }

        @Test(arguments: [
            (#"{"datta": "x"}"#, "'datta' is no setting"),
            (#"{"log": {"colour": "x"}}"#, "'log.colour' is no setting"),
            (#"{"data": 3}"#, "'data' must be a string"), ("[]", "not a JSON object"),
            ("{", "not a JSON object"),
            (#"{"log": {"level": "loud"}}"#, "log.level 'loud' is none of trace, debug"),
            (#"{"log": {"queries": "some"}}"#, "log.queries 'some' is none of all, sampled, off"),
            (#"{"index": "-1"}"#, "index '-1' is not a whole number"),
        ])
        func refusesBadSettings(text: String, reason: String) async throws {
            try await withTemporaryFolder { folder in
                try text.write(toFile: folder + "/settings.json", atomically: true, encoding: .utf8)
                let run = try await bookstore("catalog", "--settings", "settings.json", in: folder)
                #expect(run.status == 78)
                #expect(
                    run.errors.contains("settings.json: ") && run.errors.contains(reason), "\(run.errors)")
                #expect(!FileManager.default.fileExists(atPath: folder + "/data"))
            }
        }

        @Test func refusesMissingOrInvalidSettings() async throws {
            try await withTemporaryFolder { folder in
                let missing = try await bookstore("catalog", "--settings", "none.json", in: folder)
                #expect(missing.status == 78 && missing.errors.contains("none.json"))
                let environment = ["BOOKSTORE_LOG_LEVEL": "loud"]
                let run = try await bookstore("frontend", in: folder, environment: environment)
                #expect(
                    run.status == 78 && run.errors.contains("environment: log.level 'loud'"), "\(run.errors)")
            }
        }
    }
}
