// harness.cpp - drive `bench` in Verilator: stream beats in, collect beats out, watch the stream contract.
//   Twin: bench_icarus.v, cycle by cycle, stalls included.  Caller: src/7-simulate/.
//   Everything about a run comes from plusargs (see Options); the result is text, one event a line:
//     i <cycle>                   an input beat was accepted
//     o <cycle> <tlast> <hex>     an output beat was accepted
//     end <outcome> <cycle>       last line; the outcome names are in src/7-simulate/result.ts
// Cycle 0 ends with the first rising edge of clk after reset. Inputs change while clk is low and outputs are
// read just before it rises. Works with Verilator 4.038 and later.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>
#include "Vbench.h"
#include "verilated.h"

// CData, SData, IData, QData, WData[] and VlWide are then all plain little-endian bytes.
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the harness copies port bits as little-endian bytes");

double sc_time_stamp() { return 0; }  // asked for by Verilator 4; nothing here reads the time

namespace {

constexpr int RESET_CYCLES = 8;  // as in bench_icarus.v

[[noreturn]] void refuse(const std::string& what) {
    std::fprintf(stderr, "harness: %s\n", what.c_str());
    std::exit(2);
}

// +name=value from the command line.
std::string text(int argc, char** argv, const std::string& name) {
    const std::string start = "+" + name + "=";
    for (int i = 1; i < argc; i++)
        if (std::strncmp(argv[i], start.c_str(), start.size()) == 0) return argv[i] + start.size();
    refuse("missing " + start);
}

uint64_t number(int argc, char** argv, const std::string& name) {
    return std::strtoull(text(argc, argv, name).c_str(), nullptr, 10);
}

// Pseudo random stalls: xorshift32, the same sequence as in bench_icarus.v.
struct Stall {
    uint32_t state;
    uint64_t percent;
    bool next() {
        if (percent == 0) return false;
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        return (state >> 8) % 100 < percent;
    }
};

// Hexadecimal beats, one a line, most significant digit first.
class BeatReader {
    FILE* file;
    std::vector<char> line;

public:
    explicit BeatReader(const std::string& path) : file(std::fopen(path.c_str(), "r")) {
        if (!file) refuse("cannot read " + path);
        std::setvbuf(file, nullptr, _IOFBF, 1 << 20);
    }
    void read(std::vector<uint8_t>& beat) {
        line.clear();
        int c;
        while ((c = getc_unlocked(file)) > ' ') line.push_back(static_cast<char>(c));
        if (line.empty()) refuse("the input file ends too early");
        std::fill(beat.begin(), beat.end(), 0);
        for (size_t i = 0; i < line.size() && i / 2 < beat.size(); i++) {
            const char digit = line[line.size() - 1 - i];
            const int value = digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10;
            beat[i / 2] |= static_cast<uint8_t>(value << (i % 2 * 4));
        }
    }
};

class ResultWriter {
    FILE* file;
    std::vector<char> digits;

public:
    explicit ResultWriter(const std::string& path) : file(std::fopen(path.c_str(), "w")) {
        if (!file) refuse("cannot write " + path);
        std::setvbuf(file, nullptr, _IOFBF, 1 << 20);
    }
    void input(uint64_t cycle) { std::fprintf(file, "i %llu\n", static_cast<unsigned long long>(cycle)); }
    void output(uint64_t cycle, bool last, const std::vector<uint8_t>& beat, size_t bytes) {
        digits.clear();
        for (size_t i = bytes; i-- > 0;) {
            digits.push_back("0123456789abcdef"[beat[i] >> 4]);
            digits.push_back("0123456789abcdef"[beat[i] & 15]);
        }
        std::fprintf(file, "o %llu %d ", static_cast<unsigned long long>(cycle), last ? 1 : 0);
        std::fwrite(digits.data(), 1, digits.size(), file);
        putc_unlocked('\n', file);
    }
    void end(const char* outcome, uint64_t cycle) {
        std::fprintf(file, "end %s %llu\n", outcome, static_cast<unsigned long long>(cycle));
        if (std::fclose(file) != 0) refuse("cannot write the result");
    }
};

template <typename Port>
void drive(Port& port, const std::vector<uint8_t>& beat) { std::memcpy(&port, beat.data(), sizeof(port)); }

template <typename Port>
void sample(const Port& port, std::vector<uint8_t>& beat) { std::memcpy(beat.data(), &port, sizeof(port)); }

}  // namespace

int main(int argc, char** argv) {
    Verilated::commandArgs(argc, argv);
    BeatReader reader(text(argc, argv, "in"));
    ResultWriter result(text(argc, argv, "result"));
    const uint64_t beats = number(argc, argv, "beats");        // input beats
    const uint64_t expected = number(argc, argv, "expected");  // output beats
    const uint64_t timeout = number(argc, argv, "timeout");    // cycles without any accepted beat
    const uint64_t drain = number(argc, argv, "drain");        // cycles to watch for surplus beats at the end
    const uint64_t out_bits = number(argc, argv, "out_bits");  // bits of the chosen device's output beat
    Stall stall_in{static_cast<uint32_t>(number(argc, argv, "seed_in")), number(argc, argv, "stall_in")};
    Stall stall_out{static_cast<uint32_t>(number(argc, argv, "seed_out")), number(argc, argv, "stall_out")};

    const std::unique_ptr<Vbench> bench(new Vbench);
    std::vector<uint8_t> in(sizeof(bench->s_axis_tdata)), out(sizeof(bench->m_axis_tdata)), held(out.size());
    const size_t out_bytes = std::min<size_t>((out_bits + 7) / 8, out.size());

    bench->select = static_cast<uint8_t>(number(argc, argv, "select"));
    bench->clk = 0;
    bench->rst = 1;
    drive(bench->s_axis_tdata, in);
    bench->s_axis_tvalid = 0;
    bench->m_axis_tready = 0;
    for (int i = 0; i < RESET_CYCLES; i++) {
        bench->clk = 0;
        bench->eval();
        bench->clk = 1;
        bench->eval();
    }

    uint64_t presented = 0, accepted = 0, received = 0, idle = 0, cycle = 0;
    bool holding = false, held_last = false;  // an output beat was offered and not taken in the cycle before
    const char* outcome = nullptr;
    while (!outcome && !Verilated::gotFinish()) {
        bench->clk = 0;
        bench->rst = 0;
        if (presented == accepted && presented < beats && !stall_in.next()) {
            reader.read(in);
            drive(bench->s_axis_tdata, in);
            presented++;
        }
        bench->s_axis_tvalid = presented != accepted;
        bench->m_axis_tready = !stall_out.next();
        bench->eval();

        idle++;
        if (bench->s_axis_tvalid && bench->s_axis_tready) {
            result.input(cycle);
            accepted++;
            idle = 0;
        }
        const bool valid = bench->m_axis_tvalid, last = bench->m_axis_tlast;
        if (valid || holding) sample(bench->m_axis_tdata, out);
        if (holding && !valid) outcome = "valid_dropped";
        else if (holding && (out != held || last != held_last)) outcome = "data_changed";
        else if (valid && received == expected) outcome = "surplus";
        else if (valid && bench->m_axis_tready) {
            result.output(cycle, last, out, out_bytes);
            received++;
            idle = 0;
        }
        holding = valid && !bench->m_axis_tready;
        if (holding) {
            held = out;
            held_last = last;
        }
        if (!outcome) {
            if (accepted == beats && received == expected) {
                if (idle >= drain) outcome = "complete";
            } else if (idle >= timeout) outcome = "no_progress";
        }
        bench->clk = 1;
        bench->eval();
        cycle++;
    }
    if (outcome) result.end(outcome, cycle - 1);
    bench->final();
    return 0;
}
