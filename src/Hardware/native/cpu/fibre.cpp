#include "cpu/fibre.h"

#include <cstdint>
#include <cstring>

#if defined(__x86_64__)

// System V: rbx, rbp and r12..r15 belong to the caller; the rest is already saved around the call.
asm(R"(
.text
.globl factory_fibre_switch
.hidden factory_fibre_switch
.type factory_fibre_switch, @function
factory_fibre_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size factory_fibre_switch, .-factory_fibre_switch
)");

namespace {
constexpr std::size_t saved_words = 8; // six registers, the entry, and a null return address
constexpr std::size_t entry_word = 6;
} // namespace

#elif defined(__aarch64__)

// AAPCS64: x19..x30 and the low halves of v8..v15 belong to the caller.
asm(R"(
.text
.globl factory_fibre_switch
.hidden factory_fibre_switch
.type factory_fibre_switch, %function
factory_fibre_switch:
    sub sp, sp, #160
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
.size factory_fibre_switch, .-factory_fibre_switch
)");

namespace {
constexpr std::size_t saved_words = 20;
constexpr std::size_t entry_word = 11; // x30
} // namespace

#else
#error "The CPU device has a stack switch for x86-64 and for aarch64 only."
#endif

namespace factory {

void *prepare_fibre(void *stack, std::size_t bytes, void (*entry)()) {
    auto top = (reinterpret_cast<std::uintptr_t>(stack) + bytes) & ~std::uintptr_t{15};
    auto *words = reinterpret_cast<std::uintptr_t *>(top) - saved_words;
    std::memset(words, 0, saved_words * sizeof *words);
    words[entry_word] = reinterpret_cast<std::uintptr_t>(entry);
    return words;
}

} // namespace factory
