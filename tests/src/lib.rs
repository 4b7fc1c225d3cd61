//! proving ground
