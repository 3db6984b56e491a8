import Foundation

/// Says what a test has tried and found, or how far it is ("at …"): `scripts/proof.py` collects these lines. At
/// once, since standard output to a pipe waits until it has a page.
package func sayProof(_ text: String) { FileHandle.standardError.write(Data("proof: \(text)\n".utf8)) }
