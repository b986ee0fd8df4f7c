using System.Security.Cryptography;

using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

using Google.Protobuf;

using Wire = ControlPlane.Hardware.Protocol;

namespace ControlPlane.Hardware.Programs;

/// <summary>A program as a message of agent.proto, and back.</summary>
public static class ProgramMessages
{
    /// <summary>The message of a program.</summary>
    public static Wire.ProgramWork Of(ProgramWork program)
    {
        ArgumentNullException.ThrowIfNull(program);
        return new()
        {
            Buffers = { program.Buffers.Select(buffer => new Wire.ProgramBuffer { Name = buffer.Name, Type = (Wire.BufferElement)buffer.Type, Count = buffer.Count, Fill = Of(buffer.Fill) }) },
            Steps = { program.Steps.Select(Of) },
            Outputs = { program.Outputs },
            Seed = program.Seed,
            TimeoutSeconds = (uint)Math.Ceiling(program.Timeout.TotalSeconds),
            MemoryLimitBytes = program.Memory is { } memory ? (ulong)memory.Mebibytes << 20 : 0,
            Kernels = { program.Kernels.Select(TenantMessages.Of) },
        };
    }

    /// <summary>The program of a message; whether it is sound is for <see cref="ProgramCheck"/> to say.</summary>
    /// <exception cref="ArgumentException">A step says nothing that this release knows.</exception>
    public static ProgramWork Read(Wire.ProgramWork message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new(
            message.Buffers.Select(buffer => new ProgramBuffer(buffer.Name, (ElementType)buffer.Type, buffer.Count, Read(buffer.Fill))).ToValueList(),
            message.Steps.Select(Read).ToValueList(), message.Outputs.ToValueList(), message.Seed, TimeSpan.FromSeconds(message.TimeoutSeconds), null)
        {
            Kernels = message.Kernels.Select(TenantMessages.Read).ToValueList(),
        };
    }

    /// <summary>SHA-256 of what decides a program's results: all but how long it may take and how much memory.</summary>
    public static ByteString Fingerprint(Wire.ProgramWork message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var work = message.Clone();
        (work.TimeoutSeconds, work.MemoryLimitBytes) = (0, 0);
        return ByteString.CopyFrom(SHA256.HashData(work.ToByteArray()));
    }

    private static Wire.BufferFilling Of(BufferFill fill) => new() { Random = fill.IsRandom, Value = fill.Value, Scale = fill.Scale, Limit = fill.Limit };

    private static BufferFill Read(Wire.BufferFilling? fill) => fill is null ? default : new(fill.Random, fill.Value, fill.Scale, fill.Limit);

    private static Wire.ProgramStep Of(ProgramStep step) => step switch
    {
        KernelStep kernel => new()
        {
            Kernel = new()
            {
                Kernel = kernel.Kernel,
                Buffers = { kernel.Buffers.Select(binding => new Wire.NamedText { Name = binding.Parameter, Value = binding.Buffer }) },
                Sizes = { kernel.Sizes.Select(size => new Wire.NamedSize { Name = size.Name, Value = size.Value }) },
                Scalars = { kernel.Scalars.Select(scalar => new Wire.NamedNumber { Name = scalar.Name, Value = scalar.Value }) },
                Turn = kernel.Turn ?? "",
                Shape = TenantMessages.Of(kernel.Shape),
            },
        },
        LoopStep loop => new() { Loop = new() { Times = loop.Times, Steps = { loop.Steps.Select(Of) } } },
        FillStep fill => new() { Fill = new() { Buffer = fill.Buffer, Fill = Of(fill.Fill) } },
        CopyStep copy => new()
        {
            Copy = new() { From = copy.From, To = copy.To, Count = copy.Count, FromOffset = copy.FromOffset, ToOffset = copy.ToOffset, Advance = copy.Advance },
        },
        CheckpointStep checkpoint => new() { Checkpoint = new() { Buffers = { checkpoint.Buffers } } },
        _ => new() { Loss = ((LossStep)step).Buffer },
    };

    private static ProgramStep Read(Wire.ProgramStep step) => step.StepCase switch
    {
        Wire.ProgramStep.StepOneofCase.Kernel => new KernelStep(
            step.Kernel.Kernel,
            step.Kernel.Buffers.Select(named => new BufferBinding(named.Name, named.Value)).ToValueList(),
            step.Kernel.Sizes.Select(named => new KernelSize(named.Name, named.Value)).ToValueList(),
            step.Kernel.Scalars.Select(named => new KernelScalar(named.Name, named.Value)).ToValueList(),
            step.Kernel.Turn.Length > 0 ? step.Kernel.Turn : null)
        {
            Shape = TenantMessages.Read(step.Kernel.Shape),
        },
        Wire.ProgramStep.StepOneofCase.Loop => new LoopStep(step.Loop.Times, step.Loop.Steps.Select(Read).ToValueList()),
        Wire.ProgramStep.StepOneofCase.Fill => new FillStep(step.Fill.Buffer, Read(step.Fill.Fill)),
        Wire.ProgramStep.StepOneofCase.Copy => new CopyStep(
            step.Copy.From, step.Copy.To, step.Copy.Count, step.Copy.FromOffset, step.Copy.ToOffset, step.Copy.Advance),
        Wire.ProgramStep.StepOneofCase.Checkpoint => new CheckpointStep(step.Checkpoint.Buffers.ToValueList()),
        Wire.ProgramStep.StepOneofCase.Loss => new LossStep(step.Loss),
        _ => throw new ArgumentException("A step of the program is of a kind that this agent does not know: install the host's release.", nameof(step)),
    };
}
