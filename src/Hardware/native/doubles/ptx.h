// The part of PTX that our kernels use, in the form the interpreter runs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace factory::ptx {

enum class Op : std::uint8_t {
    ld_param32, ld_param64, ld_param_s32, ld_global16, ld_global32, ld_global64, ld_shared32, st_global16, st_global32,
    st_global64, st_shared32,
    move, add32, add64, sub32, sub64, mul_lo32, mul_lo64, mul_wide_u32, mul_wide_s32, mad_lo32, mad_lo64,
    min_s32, min_u32, min_s64, min_u64, max_s32, max_u32, max_s64, max_u64, neg32, neg64,
    bit_and, bit_or, bit_xor, not32, not64, not_pred, shl32, shl64, shr_u32, shr_s32, shr_u64, shr_s64, shf_l_wrap,
    div_s32, div_u32, bfe_u32,
    select, set_eq32, set_ne32, set_lt_s32, set_le_s32, set_gt_s32, set_ge_s32, set_lt_u32, set_le_u32, set_gt_u32,
    set_ge_u32, set_eq64, set_ne64, set_lt_s64, set_le_s64, set_gt_s64, set_ge_s64, set_lt_u64, set_le_u64,
    set_gt_u64, set_ge_u64, set_eq_f32, set_ne_f32, set_lt_f32, set_le_f32, set_gt_f32, set_ge_f32, set_neu_f32,
    add_f32, sub_f32, mul_f32, fma_f32, div_f32, sqrt_f32, neg_f32, abs_f32, min_f32, max_f32, rcp_f32,
    cvt_u64_u32, cvt_s64_s32, cvt_u32_u64, cvt_rzi_s32_f32, cvt_rn_f32_s32, cvt_rn_f32_u32,
    branch, barrier, shuffle_down, mma_bf16, atomic_add32, reduce_add32, atomic_or32, reduce_or32, atomic_max64,
    reduce_max64, ret, trap
};

// One letter an operand. h, r, R: integer register of 16, 32 or 64 bits; x: any of them; f: float; w: either kind
// of 32 bits; p: predicate; m: memory; l: label. A digit before a letter: so many in braces. The first is the
// result unless the opcode stores.
struct Opcode {
    const char *name;
    Op op;
    const char *signature;
};

const Opcode *find_opcode(const std::string &name);

constexpr int no_register = -1;

struct Instruction {
    Op op;
    bool negated;
    std::int32_t guard;      // predicate register, or no_register
    std::int32_t operand[5]; // slots of the register file; for a branch, the target's index; for operands in
                             // braces, where they begin in the kernel's groups
    std::int64_t offset;     // of the memory operand, whose base is operand[memory] or no_register
    std::int32_t line;
};

struct Parameter {
    std::string name;
    std::uint32_t bytes;
    std::uint32_t offset;
};

struct Kernel {
    std::string name;
    std::vector<Parameter> parameters;
    std::uint32_t parameter_bytes = 0;
    std::uint32_t most_threads = 1024;
    std::uint32_t shared_bytes = 0;
    std::vector<std::uint64_t> registers; // initial file: registers at zero, then the constants
    std::int32_t special_tid = no_register, special_ctaid_x = no_register, special_ctaid_y = no_register,
                 special_ntid = no_register;
    std::vector<Instruction> code;
    std::vector<std::int32_t> groups; // slots of operands that stand in braces
};

struct Module {
    std::map<std::string, Kernel> kernels;
};

// Throws std::runtime_error with the line and what is wrong with it.
Module parse(const char *text);

} // namespace factory::ptx
