"""Who watches over it: the second person's queue, reading in bulk, exports, erasures, registers, the log."""
