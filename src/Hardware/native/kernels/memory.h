// Patterns over memory, and comparisons that say what is wrong where.
#pragma once

// What memory must hold: 0 its own address, 1 a walking one, 2 alternating bits, 3 zeros, 4 a hash of address and
// seed. `shift` moves the walking one, and `mask` inverts: inverted zeros are ones, a walking one a walking zero.
__device__ static inline unsigned pattern_word(int pattern, int shift, unsigned mask, unsigned long long index, unsigned seed) {
    const unsigned address = static_cast<unsigned>(index) ^ static_cast<unsigned>(index >> 32);
    unsigned word;
    switch (pattern) {
    case 0:
        word = address;
        break;
    case 1:
        word = 1u << ((address + static_cast<unsigned>(shift)) & 31u);
        break;
    case 2:
        word = (address & 1u) != 0 ? 0xaaaaaaaau : 0x55555555u;
        break;
    case 3:
        word = 0u;
        break;
    default:
        word = (address ^ seed) * 0x9e3779b1u;
        word = (word ^ (word >> 15)) * 0x85ebca6bu;
        word = word ^ (word >> 13);
        break;
    }
    return word ^ mask;
}

// What a comparison found: how many words differ, which bits ever did, the first place as its complement (so
// that zero means none and the least place is the largest value), what stood there and what should have; and
// the sum of what was read, so that a device which skips the reading cannot pass.
struct Differences {
    unsigned long long first;
    unsigned count, bits, found, expected, sum, reserved;
};

__device__ static inline void report(Differences *result, unsigned wrong, unsigned bits, unsigned long long first, unsigned sum) {
    if (wrong != 0) {
        atomicAdd(&result->count, wrong);
        atomicOr(&result->bits, bits);
        atomicMax(&result->first, ~first);
    }
    atomicAdd(&result->sum, sum);
}

FACTORY_KERNEL factory_pattern_write(unsigned *words, long long n, int pattern, int shift, unsigned mask, unsigned seed) {
    const Chunk chunk = chunk_of(n);
    words += chunk.first;
    each_of_block(chunk.count, [=](int i) {
        words[i] = pattern_word(pattern, shift, mask, static_cast<unsigned long long>(chunk.first + i), seed);
    });
}

// Turns every bit over in place, right or wrong: with a check before and one after, a moving inversion.
FACTORY_KERNEL factory_pattern_invert(unsigned *words, long long n) {
    const Chunk chunk = chunk_of(n);
    words += chunk.first;
    each_of_block(chunk.count, [=](int i) { words[i] = ~words[i]; });
}

FACTORY_KERNEL factory_pattern_check(const unsigned *words, Differences *result, long long n, int pattern, int shift,
                                     unsigned mask, unsigned seed) {
    const Chunk chunk = chunk_of(n);
    words += chunk.first;
    unsigned wrong = 0, bits = 0, sum = 0;
    int first = chunk.count;
    each_of_block(chunk.count, [&](int i) {
        const unsigned word = words[i];
        const unsigned different = word ^ pattern_word(pattern, shift, mask, static_cast<unsigned long long>(chunk.first + i), seed);
        first = different != 0 && i < first ? i : first;
        wrong += different != 0 ? 1u : 0u;
        bits |= different;
        sum += word;
    });
    report(result, wrong, bits, static_cast<unsigned long long>(chunk.first + first), sum);
}

// The same for a buffer that must equal another one, bit by bit.
FACTORY_KERNEL factory_compare(const unsigned *words, const unsigned *reference, Differences *result, long long n) {
    const Chunk chunk = chunk_of(n);
    words += chunk.first, reference += chunk.first;
    unsigned wrong = 0, bits = 0, sum = 0;
    int first = chunk.count;
    each_of_block(chunk.count, [&](int i) {
        const unsigned word = words[i], different = word ^ reference[i];
        first = different != 0 && i < first ? i : first;
        wrong += different != 0 ? 1u : 0u;
        bits |= different;
        sum += word;
    });
    report(result, wrong, bits, static_cast<unsigned long long>(chunk.first + first), sum);
}

// Reads the first wrong word again, before anything writes over it. One thread, after a check.
FACTORY_KERNEL factory_record(const unsigned *words, const unsigned *reference, Differences *result) {
    if (threadIdx.x == 0 && result->count != 0) {
        result->found = words[~result->first];
        result->expected = reference != nullptr ? reference[~result->first] : 0u;
    }
}
