using System.Globalization;

using ControlPlane.Domain.Jobs;
using ControlPlane.Hardware.Kernels;

namespace ControlPlane.Hardware.Programs;

/// <summary>Checks each step by itself against the buffers.</summary>
internal sealed class StepCheck(IReadOnlyDictionary<string, ProgramBuffer> buffers, TenantKernels tenants, List<KernelFlaw> flaws)
{
    /// <summary>Steps seen, loops included.</summary>
    public int Written { get; private set; }

    public void Check(IReadOnlyList<ProgramStep> steps, string path, int depth)
    {
        for (var i = 0; i < steps.Count; i++)
        {
            Written++;
            Check(steps[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), depth);
        }
    }

    private void Check(ProgramStep step, string path, int depth)
    {
        switch (step)
        {
            case KernelStep kernel:
                Check(kernel, path, depth > 0);
                break;
            case LoopStep loop:
                Check(loop, path + ".loop", depth);
                break;
            case FillStep fill:
                if (Find(fill.Buffer, path + ".fill.buffer") is { } filled)
                    flaws.AddRange(BufferCheck.FillFlaws(filled.Type, fill.Fill, path + ".fill"));
                break;
            case CopyStep copy:
                Check(copy, path + ".copy");
                break;
            case CheckpointStep checkpoint:
                for (var i = 0; i < checkpoint.Buffers.Count; i++)
                    Find(checkpoint.Buffers[i], $"{path}.checkpoint[{i}]");
                if (checkpoint.Buffers.Count == 0 || checkpoint.Buffers.Items.Distinct().Count() < checkpoint.Buffers.Count)
                    flaws.Add(new(path + ".checkpoint", "A checkpoint saves at least one buffer, and each once."));
                break;
            case LossStep loss:
                if (Find(loss.Buffer, path + ".loss") is { Type: not ElementType.Float32 })
                    flaws.Add(new(path + ".loss", $"\"{loss.Buffer}\" holds no floats; a loss is the mean of floats."));
                break;
        }
    }

    private void Check(LoopStep loop, string path, int depth)
    {
        if (loop.Times is < 1 or > ProgramCheck.MaximumRun)
            flaws.Add(new(path + ".times", FormattableString.Invariant($"times is {loop.Times}; a loop has 1 to {ProgramCheck.MaximumRun} turns.")));
        if (loop.Steps.Count == 0)
            flaws.Add(new(path + ".steps", "The list is empty; give at least one step."));
        if (depth == ProgramCheck.MaximumDepth)
            flaws.Add(new(path, FormattableString.Invariant($"Loops are nested deeper than {ProgramCheck.MaximumDepth}.")));
        else
            Check(loop.Steps, path + ".steps", depth + 1);
    }

    private void Check(CopyStep copy, string path)
    {
        if (Find(copy.From, path + ".from") is not { } from || Find(copy.To, path + ".to") is not { } to)
            return;
        if (copy.From == copy.To)
            flaws.Add(new(path + ".to", "It is the buffer read; copy to another one."));
        if (from.Type != to.Type)
            flaws.Add(new(path + ".to", $"\"{copy.To}\" holds {to.Type}, but \"{copy.From}\" {from.Type}; a copy changes no type."));
        if (copy.Count < 1)
            flaws.Add(new(path + ".count", FormattableString.Invariant($"count is {copy.Count}; copy at least one element.")));
        if (copy.Advance < 0)
            flaws.Add(new(path + ".advance", FormattableString.Invariant($"advance is {copy.Advance}; give 0 or more.")));
        Inside(copy.FromOffset, copy.Count, from, path + ".fromOffset");
        Inside(copy.ToOffset, copy.Count, to, path + ".toOffset");
        if (from.Type == ElementType.Bfloat16 && ((copy.Count | copy.FromOffset | copy.ToOffset | copy.Advance) & 1) != 0)
            flaws.Add(new(path, "Elements of two bytes are copied in pairs; give an even count, offsets and advance."));
    }

    private void Inside(long offset, long count, ProgramBuffer buffer, string path)
    {
        if (offset < 0 || offset > buffer.Count || count > buffer.Count - offset)
            flaws.Add(new(path, FormattableString.Invariant($"{count} elements from {offset} end outside \"{buffer.Name}\", which has {buffer.Count}.")));
    }

    private void Check(KernelStep step, string path, bool isInLoop)
    {
        if (tenants.Find(step.Kernel) is not null)
        {
            flaws.AddRange(TenantStepCheck.Flaws(step, tenants, path, Find).ToList());
            return;
        }
        if (ProgramKernels.ParametersOf(step.Kernel) is not { } parameters)
        {
            flaws.Add(new(path + ".kernel", $"Programs have no kernel \"{step.Kernel}\"; they have {string.Join(", ", tenants.Names.Concat(ProgramKernels.Names))}."));
            return;
        }
        if (step.Shape is not null)
            flaws.Add(new(path, $"grid and block are for the program's own kernels; {step.Kernel} has its own."));
        var program = KernelCatalogue.ProgramOf(step.Kernel)!;
        var before = flaws.Count;
        CheckSizes(step, program, path, isInLoop);
        CheckNumbers(step, program, path);
        foreach (var binding in step.Buffers)
        {
            if (!parameters.Contains(binding.Parameter))
                flaws.Add(new($"{path}.buffers.{binding.Parameter}", $"{step.Kernel} has no buffer \"{binding.Parameter}\"; it has {string.Join(", ", parameters)}."));
        }
        foreach (var missing in parameters.Where(parameter => step.Buffers.Items.All(binding => binding.Parameter != parameter)))
            flaws.Add(new(path + ".buffers", $"{step.Kernel} also needs a buffer for \"{missing}\"."));
        if (flaws.Count == before)
            CheckBuffers(step, program, parameters, path);
    }

    // A size that nobody gives would be the catalogue's for a measurement, which no program means; but 1 is plain.
    private void CheckSizes(KernelStep step, KernelProgram program, string path, bool isInLoop)
    {
        var sizes = step.Sizes.Items.DistinctBy(size => size.Name).ToDictionary(size => size.Name, size => size.Value);
        foreach (var size in program.Description.Sizes.Where(size => size.Default != 1 && size.Name != step.Turn && !sizes.ContainsKey(size.Name)))
            flaws.Add(new(path + ".sizes", $"{step.Kernel} also needs the size \"{size.Name}\": {size.Meaning}."));
        if (step.Turn is { } turn)
        {
            if (!isInLoop)
                flaws.Add(new(path + ".turn", "There is no loop around the step, so there are no turns to count."));
            if (program.Description.Sizes.All(size => size.Name != turn))
                flaws.Add(new(path + ".turn", $"{step.Kernel} has no size \"{turn}\"; it has {string.Join(", ", program.Description.Sizes.Select(size => size.Name))}."));
            else if (turn != "step")
                flaws.Add(new(path + ".turn", $"\"{turn}\" is how much memory the kernel works on, which stays the same in all turns; only adamw's \"step\" counts turns."));
        }
        foreach (var flaw in KernelCatalogue.Validate(step.Kernel, sizes, 1))
            flaws.Add(new($"{path}.{flaw.Field}", flaw.Message));
    }

    private void CheckNumbers(KernelStep step, KernelProgram program, string path)
    {
        foreach (var (name, value) in step.Scalars)
        {
            var number = program.Numbers.FirstOrDefault(known => known.Name == name);
            if (number is null)
                flaws.Add(new($"{path}.scalars.{name}", program.Numbers.Count == 0 ? $"{step.Kernel} takes no numbers." : $"{step.Kernel} takes no number \"{name}\"; it takes {string.Join(", ", program.Numbers.Select(known => known.Name))}."));
            else if (!(value >= number.Minimum && value <= number.Maximum))
                flaws.Add(new($"{path}.scalars.{name}", FormattableString.Invariant($"{name} is {value}, but {number.Meaning} must be from {number.Minimum} to {number.Maximum}; the default is {number.Default}.")));
        }
    }

    private void CheckBuffers(KernelStep step, KernelProgram program, IReadOnlyList<string> parameters, string path)
    {
        var layout = program.Buffers(ProgramKernels.SizesOf(step, turn: 1));
        var bound = parameters.Select(parameter => step.Buffers.Items.First(binding => binding.Parameter == parameter).Buffer).ToArray();
        for (var i = 0; i < layout.Count; i++)
        {
            var field = $"{path}.buffers.{parameters[i]}";
            if (Find(bound[i], field) is not { } buffer)
                continue;
            var type = ProgramKernels.TypeOf(layout[i]);
            var needed = layout[i].Bytes / ProgramKernels.BytesOf(type);
            if (buffer.Type != type)
                flaws.Add(new(field, $"\"{buffer.Name}\" holds {buffer.Type}, but {step.Kernel} takes {type} there."));
            else if (buffer.Count < needed)
                flaws.Add(new(field, FormattableString.Invariant($"\"{buffer.Name}\" has {buffer.Count} elements, but {step.Kernel} of these sizes takes {needed}.")));
            // Where every element is made of those beside it, a result may take an input's place.
            if (program is not ElementwiseProgram && IsShared(bound, layout, i))
                flaws.Add(new(field, $"\"{buffer.Name}\" stands for another buffer of the step too, and {step.Kernel} writes it; give it one of its own."));
        }
    }

    private static bool IsShared(string[] bound, IReadOnlyList<KernelBuffer> layout, int place) =>
        layout[place].Role != BufferRole.Input && bound.Where((name, i) => i != place && name == bound[place]).Any();

    private ProgramBuffer? Find(string name, string field)
    {
        if (buffers.TryGetValue(name, out var buffer))
            return buffer;
        flaws.Add(ProgramCheck.NoBuffer(field, name, buffers.Keys));
        return null;
    }
}
