// A team of plain loops: what kernels/team.h's block of threads does, in the same order of every rounding.
#pragma once

// What block_sum and block_largest leave in every thread, from one value a thread.
template <int Threads, typename Join> static inline float join_threads(float *values, Join join) {
    float total = 0.0f;
    for (int warp = 0; warp < Threads / warp_size; warp++) {
        float *lanes = values + warp * warp_size;
        for (int offset = warp_size / 2; offset > 0; offset /= 2) {
            for (int lane = 0; lane < offset; lane++) {
                lanes[lane] = join(lanes[lane], lanes[lane + offset]);
            }
        }
        total = warp == 0 ? lanes[0] : join(total, lanes[0]);
    }
    return total;
}

template <int Threads> struct LoopTeam {
    template <typename Action> void each(int count, Action action) const {
        for (int i = 0; i < count; i++) {
            action(i);
        }
    }

    void meet() const {}

    template <typename Action> void once(Action action) const { action(); }

    template <typename Term> float sum(int count, Term term) const {
        return join(count, 0.0f, term, [](float left, float right) { return left + right; });
    }

    template <typename Term> float largest(int count, Term term) const { return join(count, lowest, term, larger); }

private:
    template <typename Term, typename Join> static float join(int count, float start, Term term, Join join) {
        float values[Threads];
        for (int thread = 0; thread < Threads; thread++) {
            values[thread] = start;
        }
        int i = 0;
        for (; i + Threads <= count; i += Threads) {
            for (int thread = 0; thread < Threads; thread++) {
                values[thread] = join(values[thread], term(i + thread));
            }
        }
        for (int thread = 0; i + thread < count; thread++) {
            values[thread] = join(values[thread], term(i + thread));
        }
        return join_threads<Threads>(values, join);
    }
};
