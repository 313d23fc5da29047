using Turnpike.Kernel.Tests.Storage;

// The test host loads the tests as a library; started as a program they are the child that the crash test kills.
return args is ["storm", var folder] ? await CrashChild.RunAsync(folder) : 2;
