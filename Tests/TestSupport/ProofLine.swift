import Foundation

/// Reports what a test has tried and found, or its progress ("at …"). `scripts/proof.py` collects these lines. They
/// are flushed, because standard output to a pipe is buffered by the page.
package func sayProof(_ text: String) { FileHandle.standardError.write(Data("proof: \(text)\n".utf8)) }
