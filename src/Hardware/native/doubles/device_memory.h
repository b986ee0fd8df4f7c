// The double's device memory: every access is checked against the allocations, as compute-sanitizer would.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

namespace factory {

class DeviceMemory {
public:
    explicit DeviceMemory(std::uint64_t capacity) : capacity_(capacity) {}

    // 0 when less than `bytes` is left.
    std::uint64_t allocate(std::uint64_t bytes);
    bool release(std::uint64_t address);
    void release_all();

    // Null when the range is not inside one allocation.
    unsigned char *find(std::uint64_t address, std::uint64_t bytes);

    std::uint64_t used() const { return used_; }
    void flip_a_bit();

private:
    struct Block {
        std::uint64_t bytes;
        std::unique_ptr<unsigned char[]> data;
    };

    const std::uint64_t capacity_;
    std::uint64_t used_ = 0;
    // Far from any host address, so that a host pointer given by mistake is never valid here.
    std::uint64_t next_ = 0x7200000000000000u;
    std::map<std::uint64_t, Block> blocks_;
    std::uint64_t recent_ = 0, recent_bytes_ = 0;
    unsigned char *recent_data_ = nullptr;
};

} // namespace factory
