// Faults of a rank to order. FACTORY_DOUBLE_NCCL_FAULT holds a fault's name and a rank, such as "hangs@1", with ":3" to
// wait for the rank's third operation. FACTORY_DOUBLE_NCCL_FAULT_FILE names a file that holds the same and is removed when
// the fault strikes, so that the next try is well again.
#pragma once

namespace factory {

enum class NcclFault {
    none,
    init_fails,
    init_hangs,
    fails,       // the call is refused at once
    async_error, // the call is taken, and its failure shows later
    hangs,       // the operation never ends
    crash,       // the process dies of a segmentation fault
    wrong        // this rank's result has one wrong bit
};

// `operation` counts from 1; 0 is the rank's coming together with the others.
NcclFault nccl_fault(int rank, unsigned long operation);

} // namespace factory
