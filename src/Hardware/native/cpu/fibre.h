// A stack switch of a dozen instructions: swapcontext also saves the signal mask with a system call and is
// ten times slower, and a kernel with barriers switches millions of times a second.
#pragma once

#include <cstddef>

namespace factory {

extern "C" void factory_fibre_switch(void **save, void *resume);

// A stack ready to start `entry`, which must never return.
void *prepare_fibre(void *stack, std::size_t bytes, void (*entry)());

} // namespace factory
