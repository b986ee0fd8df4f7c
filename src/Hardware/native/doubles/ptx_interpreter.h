#pragma once

#include <string>

#include "doubles/device_memory.h"
#include "doubles/ptx.h"

namespace factory::ptx {

struct Grid {
    unsigned grid_x, grid_y, block_x;
};

struct Result {
    int status; // a CUresult
    std::string text;
};

// `parameters` is laid out as the kernel's parameter space.
Result run(const Kernel &kernel, const Grid &grid, const std::vector<unsigned char> &parameters, DeviceMemory &memory);

} // namespace factory::ptx
