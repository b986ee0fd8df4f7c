#include "doubles/device_memory.h"

#include <cstring>
#include <new>

namespace factory {

namespace {
constexpr std::uint64_t granularity = 512; // what cuMemAlloc aligns to at least
constexpr std::uint64_t gap = 1 << 20;     // so that a small overrun never lands in a neighbour
} // namespace

std::uint64_t DeviceMemory::allocate(std::uint64_t bytes) {
    if (bytes == 0 || bytes > capacity_ - used_) {
        return 0;
    }
    std::unique_ptr<unsigned char[]> data(new (std::nothrow) unsigned char[bytes]);
    if (data == nullptr) {
        return 0;
    }
    // Fresh device memory holds anything; this pattern is a float of -1.4e33, which no result survives.
    std::memset(data.get(), 0xf6, bytes);
    const std::uint64_t address = next_;
    next_ += (bytes + gap + granularity - 1) / granularity * granularity;
    used_ += bytes;
    blocks_[address] = {bytes, std::move(data)};
    return address;
}

bool DeviceMemory::release(std::uint64_t address) {
    const auto found = blocks_.find(address);
    if (found == blocks_.end()) {
        return false;
    }
    used_ -= found->second.bytes;
    blocks_.erase(found);
    recent_bytes_ = 0;
    return true;
}

void DeviceMemory::release_all() {
    blocks_.clear();
    used_ = recent_bytes_ = 0;
}

unsigned char *DeviceMemory::find(std::uint64_t address, std::uint64_t bytes) {
    if (address - recent_ < recent_bytes_ && bytes <= recent_bytes_ - (address - recent_)) {
        return recent_data_ + (address - recent_);
    }
    auto after = blocks_.upper_bound(address);
    if (after == blocks_.begin()) {
        return nullptr;
    }
    const auto &[start, block] = *--after;
    const std::uint64_t offset = address - start;
    if (offset >= block.bytes || bytes > block.bytes - offset) {
        return nullptr;
    }
    recent_ = start;
    recent_bytes_ = block.bytes;
    recent_data_ = block.data.get();
    return recent_data_ + offset;
}

void DeviceMemory::flip_a_bit() {
    Block *largest = nullptr;
    for (auto &[start, block] : blocks_) {
        largest = largest == nullptr || block.bytes > largest->bytes ? &block : largest;
    }
    if (largest != nullptr) {
        largest->data[largest->bytes / 2] ^= 0x40;
    }
}

} // namespace factory
