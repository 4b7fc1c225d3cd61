// Stand-ins, never run: AudioToolbox, as much as the app uses. Names are Apple's.
// See StandIn.swift.

import StandIn

public typealias SystemSoundID = UInt32

// swift-format-ignore: AlwaysUseLowerCamelCase
public func AudioServicesPlaySystemSound(_ inSystemSoundID: SystemSoundID) { standIn() }
