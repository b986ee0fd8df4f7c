using ControlPlane.Api;
using ControlPlane.Domain;
using ControlPlane.Domain.Catalogue;
using ControlPlane.Domain.Jobs;
using ControlPlane.Domain.Manifests;
using ControlPlane.Hardware.Collectives;
using ControlPlane.Hardware.Kernels;
using ControlPlane.Hardware.Probes;
using ControlPlane.Hardware.Programs;

namespace ControlPlane.Host.Endpoints;

/// <summary>Reads Job manifests into jobs, with every error found.</summary>
internal static class JobFiles
{
    public static (List<(JobId Id, JobSpec Spec)> Jobs, List<ManifestError> Errors) Read(ApplyRequest request)
    {
        Failures.RefuseGaps(request.Files);
        Failures.RefuseGaps(request.Beside ?? []);
        var jobs = new List<(JobId Id, JobSpec Spec)>();
        var errors = new List<ManifestError>();
        foreach (var file in request.Files)
        {
            var reading = ManifestReader.Read(file.Text, file.Name);
            errors.AddRange(reading.Errors);
            foreach (var manifest in reading.Manifests)
                Read(TenantKernelFiles.With(manifest, path => request.Beside?.FirstOrDefault(beside => beside.Name == path)?.Text), jobs, errors);
        }
        return (jobs, errors);
    }

    private static void Read(Manifest manifest, List<(JobId Id, JobSpec Spec)> jobs, List<ManifestError> errors)
    {
        if (manifest.Kind != "Job")
        {
            errors.Add(manifest.Error("kind", $"a {manifest.Kind} is declared, not submitted", "apply it"));
            return;
        }
        if (JobSpecs.From(manifest, HardwareCatalogue.Default, errors) is not { } spec)
            return;
        var flaws = Flaws(spec).ToList();
        errors.AddRange(flaws.Select(flaw => manifest.Error($"spec.{Field(spec.Work)}.{flaw.Field}", flaw.Message, "")));
        if (flaws.Count == 0)
            jobs.Add((new JobId(manifest.Name), spec));
    }

    private static string Field(WorkSpec work) => work switch { ProgramWork => "program", CollectiveWork => "collective", ProbeWork => "probe", _ => "kernel" };

    private static IEnumerable<KernelFlaw> Flaws(JobSpec spec) => spec.Work switch
    {
        KernelWork kernel => KernelCatalogue.Validate(kernel.Name, kernel.Sizes.ToDictionary(size => size.Name, size => size.Value), kernel.Repetitions),
        ProgramWork program => ProgramCheck.Flaws(program),
        CollectiveWork work => CollectiveRun.Flaws(new(work.Operation, work.Bytes, work.Repetitions, work.Check, work.Seed), work.Ranks),
        ProbeWork work => TokenProbe.Flaws(ProbeMessages.Read(ProbeMessages.Of(work))).Select(flaw => new KernelFlaw("model", flaw)),
        _ => [],
    };
}
