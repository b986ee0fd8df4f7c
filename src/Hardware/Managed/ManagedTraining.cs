using static ControlPlane.Hardware.Managed.ManagedMath;

namespace ControlPlane.Hardware.Managed;

// kernels/training.h.
internal static unsafe class ManagedTraining
{
    public static Dictionary<string, ManagedBlock> Blocks { get; } = new()
    {
        ["factory_embedding"] = (a, x, _) => Look(a.Floats(0), a.Ints(1), a.Floats(2), a.Int(3), a.Int(4), x),
        ["factory_embedding_backward"] = (a, x, _) => Gather(a.Floats(0), a.Ints(1), a.Floats(2), a.Int(3), a.Int(4), a.Int(5), x),
        ["factory_adamw"] = (a, x, _) => Adamw(a, x),
    };

    private static void Look(float* table, int* tokens, float* output, int dim, int vocabulary, int block)
    {
        var result = new Span<float>(output + (long)block * dim, dim);
        var token = tokens[block];
        if (token < 0 || token >= vocabulary)
            result.Clear();
        else
            new Span<float>(table + (long)token * dim, dim).CopyTo(result);
    }

    private static void Gather(float* gradient, int* tokens, float* table, int count, int dim, int vocabulary, int block)
    {
        var token = tokens[block];
        if (token < 0 || token >= vocabulary || new ReadOnlySpan<int>(tokens, block).Contains(token))
            return;
        var row = table + (long)token * dim;
        for (var i = block; i < count; i++)
        {
            if (tokens[i] != token)
                continue;
            for (var d = 0; d < dim; d++)
                row[d] += gradient[(long)i * dim + d];
        }
    }

    private static void Adamw(KernelSlots a, int block)
    {
        float* parameters = a.Floats(0), firsts = a.Floats(1), seconds = a.Floats(2), gradients = a.Floats(3);
        float rate = a.Float(4), beta1 = a.Float(5), beta2 = a.Float(6), epsilon = a.Float(7), decay = a.Float(8);
        float correction1 = a.Float(9), correction2 = a.Float(10), fresh1 = 1f - beta1, fresh2 = 1f - beta2;
        var (begin, count) = ManagedVectors.Chunk(block, a.Long(11));
        for (var i = begin; i < begin + count; i++)
        {
            var gradient = gradients[i];
            firsts[i] = Fma(fresh1, gradient, beta1 * firsts[i]);
            seconds[i] = Fma(fresh2 * gradient, gradient, beta2 * seconds[i]);
            var step = firsts[i] / correction1 / (MathF.Sqrt(seconds[i] / correction2) + epsilon);
            parameters[i] = Fma(-rate, Fma(decay, parameters[i], step), parameters[i]);
        }
    }
}
