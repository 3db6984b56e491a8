import Foundation
import HotPieces

// CountPieces NAME TIMES: runs a piece so many times on this thread, under a tool that counts.
guard CommandLine.arguments.count == 3, let times = Int(CommandLine.arguments[2]), times > 0,
    let piece = HotPiece.all.first(where: { $0.name == CommandLine.arguments[1] })
else {
    print("usage: CountPieces NAME TIMES, NAME one of:")
    for piece in HotPiece.all { print("  \(piece.name)") }
    exit(64)
}
let ready = try piece.prepare()
for _ in 0..<times { try ready.run() }
try ready.close()
