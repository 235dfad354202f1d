/** Makes the Python environment with PyTorch if it is missing or out of date; returns absolute paths. */
export function ensurePythonEnv(): { venv: string; python: string; sitePackages: string };
