namespace ControlPlane.Facility.Gpus;

/// <summary>What a job does to its GPUs, as far as a power cap is concerned.</summary>
public enum WorkloadClass
{
    /// <summary>Pre-training: compute and communication.</summary>
    Training,

    /// <summary>Fine-tuning: short steps that leave the GPU waiting more often.</summary>
    FineTuning,

    /// <summary>Reading prompts: bound by compute.</summary>
    Prefill,

    /// <summary>Writing tokens: bound by memory.</summary>
    Decode,
}
