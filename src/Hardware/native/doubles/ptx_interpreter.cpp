#include "doubles/ptx_interpreter.h"

#include <algorithm>
#include <cstring>

#include "doubles/ptx_arithmetic.h"
#include "doubles/ptx_tensor.h"

namespace factory::ptx {

namespace {

constexpr unsigned warp_lanes = 32;
constexpr int illegal_address = 700, launch_timeout = 702, misaligned_address = 716, launch_failed = 719;

// at_exchange: in a shuffle or a tensor instruction, which a warp does together.
enum class State { running, at_barrier, at_exchange, ended };

struct Thread {
    std::uint64_t *file;
    std::int32_t next;
    State state;
};

class Block {
public:
    Block(const Kernel &kernel, const Grid &grid, const std::vector<unsigned char> &parameters, DeviceMemory &memory)
        : kernel_(kernel), grid_(grid), parameters_(parameters), memory_(memory), shared_(kernel.shared_bytes),
          files_(kernel.registers.size() * grid.block_x), threads_(grid.block_x) {
        for (unsigned i = 0; i < grid.block_x; i++) {
            threads_[i].file = files_.data() + i * kernel.registers.size();
            std::memcpy(threads_[i].file, kernel.registers.data(), kernel.registers.size() * sizeof(std::uint64_t));
        }
    }

    Result run(unsigned x, unsigned y) {
        for (unsigned i = 0; i < grid_.block_x; i++) {
            threads_[i].next = 0;
            threads_[i].state = State::running;
            set(threads_[i], kernel_.special_tid, i);
            set(threads_[i], kernel_.special_ctaid_x, x);
            set(threads_[i], kernel_.special_ctaid_y, y);
            set(threads_[i], kernel_.special_ntid, grid_.block_x);
        }
        for (;;) {
            for (unsigned first = 0; first < grid_.block_x; first += warp_lanes) {
                if (!run_warp(first, std::min(first + warp_lanes, grid_.block_x))) {
                    return failure_;
                }
            }
            unsigned waiting = 0;
            for (const Thread &thread : threads_) {
                waiting += thread.state == State::at_barrier ? 1 : 0;
            }
            if (waiting == 0) {
                return {0, ""};
            }
            if (!release(waiting)) {
                return failure_;
            }
        }
    }

private:
    static void set(Thread &thread, std::int32_t slot, std::uint64_t value) {
        if (slot != no_register) {
            thread.file[slot] = value;
        }
    }

    bool fail(int status, const std::string &text, std::int32_t instruction) {
        failure_ = {status, kernel_.name + ", PTX line " + std::to_string(kernel_.code[instruction].line) + ": " + text};
        return false;
    }

    // A block whose threads part at a barrier hangs a GPU until its watchdog ends the kernel.
    bool release(unsigned waiting) {
        for (Thread &thread : threads_) {
            if (waiting != grid_.block_x || thread.next != threads_[0].next) {
                return fail(launch_timeout, "the threads of a block part at a barrier", std::max(threads_[0].next - 1, 0));
            }
        }
        for (Thread &thread : threads_) {
            thread.state = State::running;
        }
        return true;
    }

    bool run_warp(unsigned first, unsigned end) {
        for (;;) {
            unsigned exchanging = 0;
            for (unsigned i = first; i < end; i++) {
                if (threads_[i].state == State::running && !advance(threads_[i])) {
                    return false;
                }
                exchanging += threads_[i].state == State::at_exchange ? 1 : 0;
            }
            if (exchanging == 0) {
                return true;
            }
            if (!exchange(first, end, exchanging)) {
                return false;
            }
        }
    }

    bool exchange(unsigned first, unsigned end, unsigned exchanging) {
        const std::int32_t at = threads_[first].next - 1;
        for (unsigned i = first; i < end; i++) {
            if (exchanging != end - first || threads_[i].next - 1 != at) {
                return fail(launch_timeout, "the lanes of a warp part at a shuffle", std::max(at, 0));
            }
        }
        const Instruction &instruction = kernel_.code[at];
        if (instruction.op == Op::mma_bf16) {
            if (end - first != warp_lanes) {
                return fail(launch_timeout, "a tensor instruction needs a whole warp", at);
            }
            const auto at = [this](std::int32_t operand) { return &kernel_.groups[operand]; };
            const std::int32_t *operand = instruction.operand;
            multiply_tiles(at(operand[0]), at(operand[1]), at(operand[2]), at(operand[3]),
                           [&](unsigned lane, std::int32_t slot) -> std::uint64_t & { return threads_[first + lane].file[slot]; });
        } else {
            shuffle(first, end, instruction.operand);
        }
        for (unsigned i = first; i < end; i++) {
            threads_[i].state = State::running;
        }
        return true;
    }

    void shuffle(unsigned first, unsigned end, const std::int32_t *operand) {
        std::uint64_t values[warp_lanes];
        for (unsigned i = first; i < end; i++) {
            values[i - first] = threads_[i].file[operand[1]];
        }
        for (unsigned i = first; i < end; i++) {
            const unsigned source = i - first + low(threads_[i].file[operand[2]]);
            const unsigned lane = source < end - first ? source : i - first;
            threads_[i].file[operand[0]] = low(values[lane]);
        }
    }

    unsigned char *global(const Thread &thread, const Instruction &instruction, int position, unsigned bytes) {
        const std::int32_t base = instruction.operand[position];
        const std::uint64_t address = (base == no_register ? 0 : thread.file[base]) + instruction.offset;
        if (address % bytes != 0) {
            fail(misaligned_address, "misaligned address", thread.next - 1);
            return nullptr;
        }
        unsigned char *place = memory_.find(address, bytes);
        if (place == nullptr) {
            fail(illegal_address, "an access outside every allocation", thread.next - 1);
        }
        return place;
    }

    unsigned char *shared(const Thread &thread, const Instruction &instruction, int position) {
        const std::int32_t base = instruction.operand[position];
        const std::uint64_t address = (base == no_register ? 0 : thread.file[base]) + instruction.offset;
        if (address % 4 != 0 || address + 4 > shared_.size()) {
            fail(illegal_address, "an access outside the block's shared memory", thread.next - 1);
            return nullptr;
        }
        return shared_.data() + address;
    }

    template <typename T> static std::uint64_t load(const unsigned char *place) {
        T value;
        std::memcpy(&value, place, sizeof value);
        return value;
    }

    template <typename T> static void store(unsigned char *place, std::uint64_t value) {
        const T narrow = static_cast<T>(value);
        std::memcpy(place, &narrow, sizeof narrow);
    }

    // Runs until the thread waits, ends or fails.
    bool advance(Thread &thread) {
        while (thread.state == State::running) {
            const Instruction &instruction = kernel_.code[thread.next++];
            if (instruction.guard != no_register && (thread.file[instruction.guard] != 0) == instruction.negated) {
                continue;
            }
            if (!(instruction.op < Op::move ? access(thread, instruction) : step(thread, instruction))) {
                return false;
            }
        }
        return true;
    }

    bool access(Thread &thread, const Instruction &instruction) {
        const std::int32_t *operand = instruction.operand;
        unsigned char *place;
        switch (instruction.op) {
        case Op::ld_param32:
            thread.file[operand[0]] = load<std::uint32_t>(parameters_.data() + instruction.offset);
            return true;
        case Op::ld_param_s32:
            thread.file[operand[0]] =
                static_cast<std::uint64_t>(std::int64_t{signed_low(load<std::uint32_t>(parameters_.data() + instruction.offset))});
            return true;
        case Op::ld_param64:
            thread.file[operand[0]] = load<std::uint64_t>(parameters_.data() + instruction.offset);
            return true;
        case Op::ld_global16:
            place = global(thread, instruction, 1, 2);
            thread.file[operand[0]] = place == nullptr ? 0 : load<std::uint16_t>(place);
            return place != nullptr;
        case Op::ld_global32:
            place = global(thread, instruction, 1, 4);
            thread.file[operand[0]] = place == nullptr ? 0 : load<std::uint32_t>(place);
            return place != nullptr;
        case Op::ld_global64:
            place = global(thread, instruction, 1, 8);
            thread.file[operand[0]] = place == nullptr ? 0 : load<std::uint64_t>(place);
            return place != nullptr;
        case Op::ld_shared32:
            place = shared(thread, instruction, 1);
            thread.file[operand[0]] = place == nullptr ? 0 : load<std::uint32_t>(place);
            return place != nullptr;
        case Op::st_shared32: place = shared(thread, instruction, 0); break;
        case Op::st_global16: place = global(thread, instruction, 0, 2); break;
        case Op::st_global32: place = global(thread, instruction, 0, 4); break;
        default: place = global(thread, instruction, 0, 8); break;
        }
        if (place == nullptr) {
            return false;
        }
        const std::uint64_t value = thread.file[operand[1]];
        switch (instruction.op) {
        case Op::st_global16: store<std::uint16_t>(place, value); break;
        case Op::st_global64: store<std::uint64_t>(place, value); break;
        default: store<std::uint32_t>(place, value); break;
        }
        return true;
    }

    // Threads run one after another, so nothing comes between reading and writing. `memory` is the position of the
    // memory operand: behind the result, or first where nobody asks for the value before.
    bool atomic(Thread &thread, const Instruction &instruction, int memory) {
        const bool wide = instruction.op == Op::atomic_max64 || instruction.op == Op::reduce_max64;
        unsigned char *place = global(thread, instruction, memory, wide ? 8 : 4);
        if (place == nullptr) {
            return false;
        }
        const std::uint64_t before = wide ? load<std::uint64_t>(place) : load<std::uint32_t>(place);
        const std::uint64_t value = thread.file[instruction.operand[memory + 1]];
        switch (instruction.op) {
        case Op::atomic_max64:
        case Op::reduce_max64: store<std::uint64_t>(place, std::max(before, value)); break;
        case Op::atomic_or32:
        case Op::reduce_or32: store<std::uint32_t>(place, before | value); break;
        default: store<std::uint32_t>(place, before + value); break;
        }
        if (memory == 1) {
            thread.file[instruction.operand[0]] = before;
        }
        return true;
    }

    bool step(Thread &thread, const Instruction &instruction) {
        std::uint64_t *file = thread.file;
        const std::int32_t *operand = instruction.operand;
        switch (instruction.op) {
        case Op::branch: thread.next = operand[0]; return true;
        case Op::barrier: thread.state = State::at_barrier; return true;
        case Op::shuffle_down: thread.state = State::at_exchange; return true;
        case Op::ret: thread.state = State::ended; return true;
        case Op::trap: return fail(launch_failed, "trap", thread.next - 1);
        case Op::mma_bf16: thread.state = State::at_exchange; return true;
        case Op::atomic_add32:
        case Op::atomic_or32:
        case Op::atomic_max64: return atomic(thread, instruction, 1);
        case Op::reduce_add32:
        case Op::reduce_or32:
        case Op::reduce_max64: return atomic(thread, instruction, 0);
        default:
            file[operand[0]] = compute(instruction.op, file[operand[1]], file[operand[2]], file[operand[3]]);
            return true;
        }
    }

    const Kernel &kernel_;
    const Grid &grid_;
    const std::vector<unsigned char> &parameters_;
    DeviceMemory &memory_;
    std::vector<unsigned char> shared_;
    std::vector<std::uint64_t> files_;
    std::vector<Thread> threads_;
    Result failure_{0, ""};
};

} // namespace

Result run(const Kernel &kernel, const Grid &grid, const std::vector<unsigned char> &parameters, DeviceMemory &memory) {
    Block block(kernel, grid, parameters, memory);
    for (unsigned y = 0; y < grid.grid_y; y++) {
        for (unsigned x = 0; x < grid.grid_x; x++) {
            Result result = block.run(x, y);
            if (result.status != 0) {
                return result;
            }
        }
    }
    return {0, ""};
}

} // namespace factory::ptx
