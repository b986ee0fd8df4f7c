using System.Globalization;
using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Domain.Manifests;
using ControlPlane.Grains.Gpus;
using ControlPlane.Grains.Jobs;
using ControlPlane.Grains.Placement;

namespace ControlPlane.Host.Endpoints;

/// <summary>Turns what grains say into wire records.</summary>
internal static class Answers
{
    public static IResult NotFound(string message) =>
        Results.Json(new ErrorResponse(message, []), statusCode: StatusCodes.Status404NotFound);

    public static IResult Conflict(string message) =>
        Results.Json(new ErrorResponse(message, []), statusCode: StatusCodes.Status409Conflict);

    public static IResult Wrong(string message, IEnumerable<ManifestError> errors) =>
        Results.Json(new ErrorResponse(message, Of(errors)), statusCode: StatusCodes.Status400BadRequest);

    public static IReadOnlyList<FieldError> Of(IEnumerable<ManifestError> errors) =>
        [.. errors.Select(error => new FieldError(error.File, error.Line, error.Column, error.Field, error.Problem, error.Expected))];

    public static IReadOnlyList<ObjectChangeResponse> Of(IEnumerable<Grains.Sites.ObjectChange> changes) =>
        [.. changes.Select(change => new ObjectChangeResponse(change.Key, change.Change))];

    public static string Word(Enum value)
    {
        var text = value.ToString();
        return char.ToLowerInvariant(text[0]) + text[1..];
    }

    public static JobResponse Of(JobId job, JobRecord record) => new(
        job.Value, Word(record.Phase), record.Hall?.Value, record.Spec!.Queue.Value, record.Spec.Priority, record.Spec.MilliGpus / 1000.0,
        record.Last!.Message, record.SubmittedAt, record.Last.StartedAt, record.Last.EndedAt, record.Last.Attempts, record.Last.Generation,
        record.Last.Tokens, [.. record.Last.Gpus.Select(gpu => gpu.Value)], record.Last.Result is { } result ? Of(result) : null)
    {
        PowerPercent = record.Last.PowerPercent == 0 ? null : record.Last.PowerPercent,
        PowerPolicy = record.Last.PowerPolicy,
    };

    public static HallResponse Of(HallView view) => new(
        view.Hall.Value, view.Sequence, view.Gpus, view.FreeGpus, view.Waiting, view.Running, view.Ended, view.Tokens,
        [.. view.Power.Select(power => new PowerResponse(
            power.Domain.Value, power.Kind, power.Parent?.Value, power.Limit.Value, power.Committed.Value, power.Observed.Value, power.IsEstimate,
            power.BookedOver, power.IsFailsafeOn))],
        [.. view.Cooling.Select(loop => new CoolingResponse(loop.Loop.Value, loop.Capacity.Value, loop.Committed.Value, loop.IsLost))],
        [.. view.Links.Select(link => new LinkResponse(
            link.Link.Value, link.Up, link.Capacity.Value, link.Reserved.Value, link.Because, link.Reading?.Receive?.Value, link.Reading?.Transmit?.Value,
            link.Reading?.Errors))],
        [.. view.Racks.Select(rack => new RackResponse(
            rack.Rack.Value, rack.Type, rack.Gpus, rack.LeasedGpus, rack.Observed?.Value, rack.Hottest?.Value, rack.LastReport,
            rack.Supply?.Value, rack.Return?.Value, rack.Leaks, rack.IsFailsafeOn, Word(rack.State),
            [.. rack.Closed.Select(node => new ClosedNodeResponse(node.Node.Value, Word(node.Condition), node.Because))]))],
        [.. view.Queues.Select(queue => new QueueResponse(queue.Queue.Value, queue.UsedGpus, queue.LimitGpus, queue.Waiting))],
        [.. view.Jobs.Select(job => new JobLine(
            job.Job.Value, job.Queue.Value, Word(job.Phase), job.Gpus, job.Priority, job.Message, job.SubmittedAt))]);

    public static EventsResponse Of(HallEvents page) => new([.. page.Events.Select(Of)], page.OldestKept, page.Last);

    public static EventResponse Of(HallEvent happened) =>
        new(happened.Sequence, happened.At, happened.Kind, happened.Subject, happened.Message);

    public static GpuResponse Of(GpuStatus gpu) => new(
        gpu.Gpu.Value, gpu.Device, gpu.Generation, [.. gpu.Leases.Select(lease => lease.Job.Value)], gpu.Health, gpu.KernelsRun)
    {
        PowerWatts = gpu.Sample?.Watts,
        TemperatureCelsius = gpu.Sample?.Celsius,
        LimitWatts = gpu.Sample?.LimitWatts,
        CapWatts = gpu.CapWatts > 0 ? gpu.CapWatts : null,
        CapObstacle = gpu.Sample?.LimitDetail ?? "",
        EnergyJoules = gpu.Sample?.EnergyJoules,
        SmClockMegahertz = gpu.Sample?.SmClockMegahertz,
        SlowedBecause = gpu.Sample?.SlowedBecause,
        UncorrectedErrors = gpu.Sample?.UncorrectedErrors,
        RowsPending = gpu.Sample?.RowsPending,
        RowsFailed = gpu.Sample?.RowsFailed,
        MemoryCelsius = gpu.Sample?.MemoryCelsius,
        MemoryClockMegahertz = gpu.Sample?.MemoryClockMegahertz,
        Links = gpu.Sample?.Links,
        Progress = gpu.Sample?.Progress,
        Loss = gpu.Sample?.Loss,
        JobMemoryBytes = gpu.Sample?.JobMemoryBytes,
    };

    private static KernelResponse Of(KernelResult result) => new(
        result.Succeeded, result.ErrorCode, result.Error, result.Device, result.SecondsPerRepetition, result.Rate, result.RateUnit,
        result.Checksum.ToString("x16", CultureInfo.InvariantCulture), result.Checked, result.MaxRelativeError, result.Repetitions)
    {
        PeakMemoryBytes = result.PeakMemoryBytes,
        FirstLoss = result.FirstLoss,
        LastLoss = result.LastLoss,
        WentOnFrom = result.WentOnFrom,
        Remark = result.Remark,
        Points = result.Points.Items,
    };
}
