// Faults to order. FACTORY_DOUBLE_FAULT holds a fault's name, with "@3" to wait for the third launch (or
// allocation). FACTORY_DOUBLE_FAULT_FILE names a file that holds the same: it is looked for at every launch
// and removed when the fault strikes, so that a test can order one while an agent runs and the next process
// is well again.
#pragma once

namespace factory {

enum class Fault {
    none,
    illegal_address, // 700
    launch_timeout,  // 702
    misaligned,      // 716
    ecc,             // 214
    device_lost,     // 46
    out_of_memory,   // 2, at an allocation
    hang,            // the kernel never ends
    crash,           // the driver dies of a segmentation fault
    bit_flip         // the result is silently wrong
};

Fault fault_at_launch();
Fault fault_at_allocation();

} // namespace factory
