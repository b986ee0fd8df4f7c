// What a kernel sees of its thread on the CPU device.
#pragma once

namespace factory {

struct Index {
    unsigned x, y;
};

struct KernelThread {
    Index thread, block, block_size;
};

// Set before a kernel's code runs and at every switch between the threads of a block.
extern thread_local KernelThread *current_thread;

void wait_at_barrier(int line);
float shuffle_down(float value, unsigned offset);

} // namespace factory
