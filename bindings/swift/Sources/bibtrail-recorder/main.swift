// A phone that records at full speed and says each bib once it is confirmed, until it is killed.
//
//   bibtrail-recorder FOLDER
//
// It joins the scripted race in an empty folder, and goes on where it was in another one.

import BibtrailTestSupport
import Foundation

let folder = URL(fileURLWithPath: CommandLine.arguments[1])
let replica = folder.appendingPathComponent("race")
let clock = DeviceClock()
let keys = FileKeys(folder)
let race =
    FileManager.default.fileExists(atPath: replica.path)
    ? try Race.open(folder: replica.path, clock: clock, keys: keys)
    : try Race.join(request: request(replica), clock: clock, keys: keys)
var bib = Int(try race.overview().operations)
while true {
    bib += 1
    let badge = try race.record(entry: entry(String(bib)))
    if badge.isConfirmed { FileHandle.standardOutput.write(Data("\(bib)\n".utf8)) }
}
