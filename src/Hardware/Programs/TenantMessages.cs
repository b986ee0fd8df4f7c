using ControlPlane.Domain;
using ControlPlane.Domain.Jobs;

using Wire = ControlPlane.Hardware.Protocol;

namespace ControlPlane.Hardware.Programs;

/// <summary>A program's own kernels as messages of agent.proto, and back.</summary>
internal static class TenantMessages
{
    public static Wire.TenantKernel Of(TenantKernel kernel) => new()
    {
        Name = kernel.Name,
        Ptx = kernel.Ptx,
        Entry = kernel.Entry,
        Parameters = { kernel.Parameters.Select(Of) },
    };

    public static TenantKernel Read(Wire.TenantKernel message) =>
        new(message.Name, message.Ptx, message.Entry, message.Parameters.Select(Read).ToValueList());

    public static Wire.LaunchShape? Of(LaunchShape? shape) =>
        shape is { } given ? new() { GridX = given.GridX, GridY = given.GridY, Block = given.Block } : null;

    public static LaunchShape? Read(Wire.LaunchShape? message) => message is null ? null : new(message.GridX, message.GridY, message.Block);

    private static Wire.TenantParameter Of(TenantParameter parameter)
    {
        var message = new Wire.TenantParameter { Name = parameter.Name, Access = (Wire.TenantAccess)parameter.Access };
        if (parameter.Buffer is { } buffer)
            message.Buffer = (Wire.BufferElement)buffer;
        if (parameter.Scalar is { } scalar)
            message.Scalar = (Wire.ScalarKind)scalar;
        return message;
    }

    // What is neither or unknown is refused by the check of the whole.
    private static TenantParameter Read(Wire.TenantParameter message) => new(
        message.Name,
        message.HasBuffer && Enum.IsDefined((ElementType)message.Buffer) ? (ElementType)message.Buffer : null,
        (BufferAccess)message.Access,
        message.HasScalar && Enum.IsDefined((ScalarType)message.Scalar) ? (ScalarType)message.Scalar : null);
}
