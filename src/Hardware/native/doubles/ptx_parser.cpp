#include "doubles/ptx.h"

#include <cctype>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace factory::ptx {

namespace {

constexpr std::uint32_t most_registers = 1 << 16;

struct Token {
    std::string text;
    int line;
};

bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::strchr("_.$%", c) != nullptr; }

std::vector<Token> tokens_of(const char *text) {
    std::vector<Token> tokens;
    int line = 1;
    for (const char *at = text; *at != '\0';) {
        if (*at == '\n') {
            line++;
            at++;
        } else if (std::isspace(static_cast<unsigned char>(*at)) != 0) {
            at++;
        } else if (at[0] == '/' && at[1] == '/') {
            at += std::strcspn(at, "\n");
        } else if (at[0] == '/' && at[1] == '*') {
            const char *end = std::strstr(at + 2, "*/");
            for (end = end == nullptr ? at + std::strlen(at) : end + 2; at != end; at++) {
                line += *at == '\n' ? 1 : 0;
            }
        } else if (*at == '"') {
            const std::size_t length = std::strcspn(at + 1, "\"");
            tokens.push_back({std::string(at + 1, length), line});
            at += length + 1;
            at += *at == '"' ? 1 : 0;
        } else if (in_word(*at)) {
            const char *end = at;
            while (*end != '\0' && in_word(*end)) {
                end++;
            }
            tokens.push_back({std::string(at, end), line});
            at = end;
        } else {
            tokens.push_back({std::string(1, *at++), line});
        }
    }
    return tokens;
}

class Parser {
public:
    explicit Parser(const char *text) : tokens_(tokens_of(text)) {}

    Module parse() {
        Module module;
        while (next_ < tokens_.size()) {
            const std::string word = take();
            if (word == ".version" || word == ".target" || word == ".address_size") {
                take();
            } else if (word == ".entry") {
                Kernel kernel = entry();
                std::string name = kernel.name;
                module.kernels.emplace(std::move(name), std::move(kernel));
            } else if (word != ".visible") {
                fail("'" + word + "' is not expected outside a kernel");
            }
        }
        return module;
    }

private:
    struct Register {
        char kind; // as in Opcode::signature
        std::int32_t slot;
    };

    [[noreturn]] void fail(const std::string &what) const {
        const int line = tokens_.empty() ? 0 : tokens_[next_ == 0 ? 0 : next_ - 1].line;
        throw std::runtime_error("line " + std::to_string(line) + ": " + what);
    }

    const std::string &peek() const {
        static const std::string none;
        return next_ < tokens_.size() ? tokens_[next_].text : none;
    }

    std::string take() {
        if (next_ >= tokens_.size()) {
            fail("the text ends in the middle of a kernel");
        }
        return tokens_[next_++].text;
    }

    void expect(const char *text) {
        const std::string found = take();
        if (found != text) {
            fail(std::string("expected '") + text + "', found '" + found + "'");
        }
    }

    bool skip(const char *text) {
        if (peek() != text) {
            return false;
        }
        next_++;
        return true;
    }

    std::uint32_t count() {
        const std::string word = take();
        char *end = nullptr;
        const unsigned long value = std::strtoul(word.c_str(), &end, 0);
        if (word.empty() || *end != '\0') {
            fail("'" + word + "' is no number");
        }
        return static_cast<std::uint32_t>(value);
    }

    Kernel entry() {
        kernel_ = Kernel{};
        registers_.clear();
        shared_.clear();
        labels_.clear();
        jumps_.clear();
        kernel_.name = take();
        expect("(");
        while (!skip(")")) {
            parameter();
            skip(",");
        }
        while (peek() != "{") {
            directive();
        }
        expect("{");
        while (!skip("}")) {
            statement();
        }
        // The closing brace returns too; without this a label before it would lead nowhere.
        kernel_.code.push_back({Op::ret, false, no_register, {}, 0, tokens_[next_ - 1].line});
        for (const auto &[position, label] : jumps_) {
            const auto found = labels_.find(label);
            if (found == labels_.end()) {
                fail("no label " + label + " in " + kernel_.name);
            }
            kernel_.code[position].operand[0] = found->second;
        }
        return std::move(kernel_);
    }

    void parameter() {
        expect(".param");
        const std::string type = take();
        const std::uint32_t bytes = type == ".u64" || type == ".b64" || type == ".s64" ? 8 : 4;
        const std::uint32_t offset = (kernel_.parameter_bytes + bytes - 1) / bytes * bytes;
        kernel_.parameters.push_back({take(), bytes, offset});
        kernel_.parameter_bytes = offset + bytes;
    }

    void directive() {
        const std::string word = take();
        if (word != ".maxntid") {
            fail("directive " + word + " is not one this double knows");
        }
        kernel_.most_threads = count();
        while (skip(",")) {
            count();
        }
    }

    void statement() {
        if (skip(".reg")) {
            register_declaration();
        } else if (skip(".shared")) {
            shared_declaration();
        } else if (skip(".pragma")) {
            take();
            expect(";");
        } else if (next_ + 1 < tokens_.size() && tokens_[next_ + 1].text == ":") {
            labels_[take()] = static_cast<std::int32_t>(kernel_.code.size());
            expect(":");
        } else {
            instruction();
        }
    }

    void register_declaration() {
        const std::string type = take();
        const char kind = type == ".pred" ? 'p' : type == ".b16" ? 'h' : type == ".b32" ? 'r' : type == ".f32" ? 'f' : type == ".b64" ? 'R' : '?';
        if (kind == '?') {
            fail("registers of type " + type + " are not ones this double knows");
        }
        const std::string prefix = take();
        expect("<");
        const std::uint32_t registers = count();
        expect(">");
        expect(";");
        if (registers > most_registers) {
            fail("a kernel has no " + std::to_string(registers) + " registers");
        }
        for (std::uint32_t i = 0; i < registers; i++) {
            registers_[prefix + std::to_string(i)] = {kind, slot(0)};
        }
    }

    void shared_declaration() {
        expect(".align");
        const std::uint32_t alignment = count();
        if (alignment == 0) {
            fail("nothing is aligned to 0 bytes");
        }
        take();
        const std::string name = take();
        expect("[");
        const std::uint32_t bytes = count();
        expect("]");
        expect(";");
        kernel_.shared_bytes = (kernel_.shared_bytes + alignment - 1) / alignment * alignment;
        shared_[name] = kernel_.shared_bytes;
        kernel_.shared_bytes += bytes;
    }

    std::int32_t slot(std::uint64_t value) {
        kernel_.registers.push_back(value);
        return static_cast<std::int32_t>(kernel_.registers.size() - 1);
    }

    void instruction() {
        Instruction instruction{};
        instruction.guard = no_register;
        if (skip("@")) {
            instruction.negated = skip("!");
            instruction.guard = operand('p');
        }
        const std::string name = take();
        instruction.line = tokens_[next_ - 1].line;
        const Opcode *opcode = find_opcode(name);
        if (opcode == nullptr) {
            fail("opcode " + name + " is not one this double interprets");
        }
        instruction.op = opcode->op;
        const char *kind = opcode->signature;
        for (int i = 0; *kind != '\0'; i++, kind++) {
            if (i > 0) {
                expect(",");
            }
            if (*kind == 'l') {
                jumps_.emplace_back(kernel_.code.size(), take());
            } else if (*kind == 'm') {
                instruction.operand[i] = memory(instruction.offset);
            } else if (*kind >= '1' && *kind <= '9') {
                instruction.operand[i] = group(*kind - '0', kind[1]);
                kind++;
            } else {
                instruction.operand[i] = operand(*kind);
            }
        }
        expect(";");
        require_parameter(instruction);
        kernel_.code.push_back(instruction);
    }

    void require_parameter(const Instruction &instruction) const {
        const int bytes = instruction.op == Op::ld_param64                                               ? 8
                          : instruction.op == Op::ld_param32 || instruction.op == Op::ld_param_s32 ? 4
                                                                                                  : 0;
        const auto space = static_cast<std::int64_t>(kernel_.parameter_bytes);
        if (bytes > 0 && (instruction.operand[1] != no_register || instruction.offset < 0 || instruction.offset > space - bytes)) {
            fail("it reads outside the parameters of " + kernel_.name);
        }
    }

    // Where the operands begin among the kernel's groups.
    std::int32_t group(int count, char kind) {
        const auto first = static_cast<std::int32_t>(kernel_.groups.size());
        expect("{");
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                expect(",");
            }
            kernel_.groups.push_back(operand(kind));
        }
        expect("}");
        return first;
    }

    // A base register or no_register; symbols become offsets.
    std::int32_t memory(std::int64_t &offset) {
        expect("[");
        const std::string base = take();
        std::int32_t slot = no_register;
        if (base[0] == '%') {
            slot = known(base, 'R');
        } else {
            offset = symbol(base);
        }
        if (skip("+")) {
            const bool negative = skip("-");
            const std::int64_t distance = count();
            offset += negative ? -distance : distance;
        }
        expect("]");
        return slot;
    }

    std::int64_t symbol(const std::string &name) {
        const auto found = shared_.find(name);
        if (found != shared_.end()) {
            return found->second;
        }
        for (const Parameter &parameter : kernel_.parameters) {
            if (parameter.name == name) {
                return parameter.offset;
            }
        }
        fail("no symbol " + name);
    }

    std::int32_t known(const std::string &name, char kind) {
        const auto found = registers_.find(name);
        if (found == registers_.end()) {
            return special(name);
        }
        const char actual = found->second.kind;
        const bool fits = kind == 'w'   ? actual == 'r' || actual == 'f'
                          : kind == 'x' ? actual == 'h' || actual == 'r' || actual == 'R'
                                        : actual == kind;
        if (!fits) {
            fail("register " + name + " has another type than the instruction's");
        }
        return found->second.slot;
    }

    std::int32_t special(const std::string &name) {
        std::int32_t &place = name == "%tid.x"     ? kernel_.special_tid
                              : name == "%ctaid.x" ? kernel_.special_ctaid_x
                              : name == "%ctaid.y" ? kernel_.special_ctaid_y
                              : name == "%ntid.x"  ? kernel_.special_ntid
                                                   : unknown_;
        if (&place == &unknown_) {
            fail("no register " + name);
        }
        if (place == no_register) {
            place = slot(0);
        }
        return place;
    }

    std::int32_t operand(char kind) {
        const bool negative = skip("-");
        const std::string word = take();
        if (word[0] == '%') {
            return known(word, kind);
        }
        if (word.size() == 10 && word[0] == '0' && (word[1] == 'f' || word[1] == 'F') && (kind == 'f' || kind == 'w')) {
            return slot(std::strtoul(word.c_str() + 2, nullptr, 16));
        }
        if (std::isdigit(static_cast<unsigned char>(word[0])) != 0 && kind != 'f' && kind != 'p') {
            const std::uint64_t value = std::strtoull(word.c_str(), nullptr, 0);
            const std::uint64_t signed_value = negative ? ~value + 1 : value;
            return slot(kind == 'R' ? signed_value : signed_value & (kind == 'h' ? 0xffffu : 0xffffffffu));
        }
        if (kind == 'R') {
            return slot(static_cast<std::uint64_t>(symbol(word)));
        }
        fail("operand " + word + " has another type than the instruction's");
    }

    const std::vector<Token> tokens_;
    std::size_t next_ = 0;
    Kernel kernel_;
    std::map<std::string, Register> registers_;
    std::map<std::string, std::uint32_t> shared_;
    std::map<std::string, std::int32_t> labels_;
    std::vector<std::pair<std::size_t, std::string>> jumps_;
    std::int32_t unknown_ = no_register;
};

} // namespace

Module parse(const char *text) { return Parser(text).parse(); }

} // namespace factory::ptx
