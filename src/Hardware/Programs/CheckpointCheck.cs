using System.Globalization;

using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Programs;

/// <summary>
/// Whether each checkpoint saves all that the steps after it need of the steps before: a buffer that was written before,
/// and is read after it before anything has written it whole. Without that, work that goes on would see its first fill.
/// </summary>
internal static class CheckpointCheck
{
    private readonly record struct Access(CheckpointStep? Checkpoint, string Path, UInt128 Reads, UInt128 Writes, UInt128 Covers);

    public static IEnumerable<KernelFlaw> Flaws(ProgramWork program)
    {
        var trace = new List<Access>();
        Trace(program, program.Steps, "steps", trace);
        if (trace.All(access => access.Checkpoint is null))
            return [];
        var needed = Needed(program, trace);
        return
        [
            .. from checkpoint in trace.Where(access => access.Checkpoint is not null).DistinctBy(access => access.Path)
               from buffer in Names(program, needed[checkpoint.Path] & ~Mask(program, checkpoint.Checkpoint!.Buffers))
               select new KernelFlaw(
                   checkpoint.Path + ".checkpoint",
                   $"\"{buffer}\" is written before it and read after it, but not saved: work that goes on from here would find its first fill; add it."),
        ];
    }

    // Two turns of every loop show whatever one turn leaves to the next.
    private static void Trace(ProgramWork program, ValueList<ProgramStep> steps, string path, List<Access> trace)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]");
            if (steps[i] is LoopStep loop)
            {
                for (var turn = 0; turn < Math.Min(loop.Times, 2); turn++)
                    Trace(program, loop.Steps, place + ".loop.steps", trace);
            }
            else
            {
                trace.Add(AccessOf(program, steps[i], place));
            }
        }
    }

    private static Dictionary<string, UInt128> Needed(ProgramWork program, List<Access> trace)
    {
        Dictionary<string, UInt128> written = [], live = [];
        UInt128 before = 0, after = Mask(program, program.Outputs);
        foreach (var access in trace)
        {
            before |= access.Writes;
            if (access.Checkpoint is not null)
                written[access.Path] = before;
        }
        foreach (var access in Enumerable.Reverse(trace))
        {
            if (access.Checkpoint is not null)
                live[access.Path] = live.GetValueOrDefault(access.Path) | after;
            after = (after & ~access.Covers) | access.Reads;
        }
        return written.ToDictionary(pair => pair.Key, pair => pair.Value & live[pair.Key]);
    }

    private static Access AccessOf(ProgramWork program, ProgramStep step, string path) => step switch
    {
        KernelStep kernel => KernelAccess(program, kernel, path),
        FillStep fill => new(null, path, 0, Bit(program, fill.Buffer), Bit(program, fill.Buffer)),
        CopyStep copy => new(
            null, path, Bit(program, copy.From), Bit(program, copy.To),
            program.Buffers.Items.First(buffer => buffer.Name == copy.To).Count == copy.Count ? Bit(program, copy.To) : 0),
        LossStep loss => new(null, path, Bit(program, loss.Buffer), 0, 0),
        _ => new((CheckpointStep)step, path, 0, 0, 0),
    };

    private static Access KernelAccess(ProgramWork program, KernelStep step, string path)
    {
        if (program.Kernels.Items.FirstOrDefault(own => own.Name == step.Kernel) is { } own)
            return OwnAccess(program, own, step, path);
        var layout = KernelCatalogue.ProgramOf(step.Kernel)!.Buffers(ProgramKernels.SizesOf(step, turn: 1));
        var parameters = ProgramKernels.ParametersOf(step.Kernel)!;
        UInt128 reads = 0, writes = 0, covers = 0;
        for (var i = 0; i < layout.Count; i++)
        {
            var name = step.Buffers.Items.First(binding => binding.Parameter == parameters[i]).Buffer;
            var bit = Bit(program, name);
            if (layout[i].Role is BufferRole.Input or BufferRole.Total or BufferRole.Updated)
                reads |= bit;
            if (layout[i].Role != BufferRole.Input)
                writes |= bit;
            if (layout[i].Role is BufferRole.Output or BufferRole.Scratch && layout[i].Bytes == ProgramCheck.BytesOf(program.Buffers.Items.First(buffer => buffer.Name == name)))
                covers |= bit;
        }
        return new(null, path, reads, writes, covers);
    }

    // As the kernel's parameters say; nobody else can know.
    private static Access OwnAccess(ProgramWork program, TenantKernel kernel, KernelStep step, string path)
    {
        UInt128 reads = 0, writes = 0, covers = 0;
        foreach (var parameter in kernel.Parameters.Items.Where(parameter => parameter.Buffer is not null))
        {
            var bit = Bit(program, step.Buffers.Items.First(binding => binding.Parameter == parameter.Name).Buffer);
            reads |= parameter.Access == BufferAccess.Write ? 0 : bit;
            writes |= parameter.Access == BufferAccess.Read ? 0 : bit;
            covers |= parameter.Access == BufferAccess.Write ? bit : 0;
        }
        return new(null, path, reads, writes, covers);
    }

    private static UInt128 Mask(ProgramWork program, IEnumerable<string> names) => names.Aggregate(UInt128.Zero, (mask, name) => mask | Bit(program, name));

    private static UInt128 Bit(ProgramWork program, string name)
    {
        for (var i = 0; i < program.Buffers.Count; i++)
        {
            if (program.Buffers[i].Name == name)
                return UInt128.One << i;
        }
        return 0;
    }

    private static IEnumerable<string> Names(ProgramWork program, UInt128 mask) =>
        program.Buffers.Items.Where((_, i) => (mask >> i & 1) != 0).Select(buffer => buffer.Name);
}
